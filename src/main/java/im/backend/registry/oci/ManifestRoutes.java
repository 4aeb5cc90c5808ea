package im.backend.registry.oci;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import io.helidon.http.HeaderNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Manifests in and out, byte for byte. */
record ManifestRoutes(ImageRegistry registry, int bytesMax) {
    private static final int TAGS_MAX = 64;

    void get(Exchange exchange, RepositoryName repository, Reference reference) {
        StoredManifest manifest = registry.find(repository, reference).orElseThrow(ManifestRoutes::unknown);
        exchange.withDigest(manifest.digest()).with(HeaderNames.ETAG, "\"" + manifest.digest() + "\"");
        exchange.send(200, manifest.mediaType(), manifest.content());
    }

    void put(Exchange exchange, RepositoryName repository, Reference reference) throws IOException {
        List<Tag> tags = new ArrayList<>(
                exchange.queries("tag").stream().limit(TAGS_MAX).map(Tag::new).toList());
        byte[] content = exchange.body(bytesMax, "manifest-invalid");
        Digest.Algorithm algorithm = switch (reference) {
            case Reference.ByTag(Tag tag) -> {
                tags.addFirst(tag);
                yield exchange.query("digest")
                        .map(Reference::digest)
                        .map(expected -> verified(expected, content))
                        .orElse(Digest.Algorithm.SHA256);
            }
            case Reference.ByDigest(Digest expected) -> verified(expected, content);
        };
        StoredManifest stored =
                registry.put(repository, new NewManifest(content, mediaType(exchange), algorithm, tags));
        exchange.withDigest(stored.digest())
                .with(HeaderNames.LOCATION, "/v2/" + repository + "/manifests/" + stored.digest());
        stored.subject().ifPresent(subject -> exchange.with("OCI-Subject", subject.value()));
        if (!exchange.queries("tag").isEmpty()) {
            exchange.withAll("OCI-Tag", tags.stream().map(Tag::value).toList());
        }
        exchange.empty(201);
    }

    private static Digest.Algorithm verified(Digest expected, byte[] content) {
        if (!Digest.of(expected.algorithm(), content).equals(expected)) {
            throw new Problem.Malformed("digest-invalid", "The manifest has another digest than " + expected + ".")
                    .asException();
        }
        return expected.algorithm();
    }

    /** Without parameters, as a manifest says it of itself. */
    private static String mediaType(Exchange exchange) {
        String header = exchange.header(HeaderNames.CONTENT_TYPE).orElse("");
        int semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    void delete(Exchange exchange, RepositoryName repository, Reference reference) {
        if (!registry.delete(repository, reference)) {
            throw unknown();
        }
        exchange.empty(202);
    }

    private static RuntimeException unknown() {
        return new Problem.NotFound("manifest-unknown", "The repository has no such manifest or tag.").asException();
    }
}
