package im.backend.build.jib;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.build.BuildRequest;
import im.backend.build.ImageBase;
import im.backend.domain.Digest;
import im.backend.domain.RuntimeSpec;
import im.backend.registry.RepositoryName;
import java.time.Instant;
import java.util.Optional;

/** What an image was made of and by whom, as an in-toto statement with SLSA provenance v1. Unsigned: the registry vouches for it. */
record Provenance(
        BuildRequest request,
        RuntimeSpec runtime,
        Optional<ImageBase> base,
        Digest image,
        Instant begun,
        Instant ended) {
    static final String MEDIA_TYPE = "application/vnd.in-toto+json";
    static final String PREDICATE = "https://slsa.dev/provenance/v1";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    byte[] toJson() {
        ObjectNode statement = JSON.createObjectNode();
        statement.put("_type", "https://in-toto.io/Statement/v1");
        statement
                .putArray("subject")
                .addObject()
                .put("name", RepositoryName.of(request.project()).value())
                .putObject("digest")
                .put("sha256", image.hex());
        statement.put("predicateType", PREDICATE);
        ObjectNode predicate = statement.putObject("predicate");
        ObjectNode definition = predicate.putObject("buildDefinition");
        definition.put("buildType", "urn:backendim:build:v1");
        definition
                .putObject("externalParameters")
                .put("project", request.project().value())
                .put("source", ImageConfiguration.source(request.project().value()))
                .put("commit", request.tree().commit().value());
        definition.putObject("internalParameters").put("runtime", runtime.toString());
        ArrayNode materials = definition.putArray("resolvedDependencies");
        materials
                .addObject()
                .put("uri", ImageConfiguration.source(request.project().value()))
                .putObject("digest")
                .put("gitCommit", request.tree().commit().value())
                .put("gitTree", request.tree().treeHash());
        base.ifPresent(below -> materials
                .addObject()
                .put("uri", "docker://" + below.reference())
                .putObject("digest")
                .put("sha256", below.digest().hex()));
        ObjectNode run = predicate.putObject("runDetails");
        run.putObject("builder").put("id", "urn:backendim:builder:host");
        run.putObject("metadata").put("startedOn", begun.toString()).put("finishedOn", ended.toString());
        return ManifestJson.bytes(statement);
    }
}
