package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import im.backend.server.RegistryClient.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** OCI distribution 1.1, over HTTP: with a login and without, and for both digest algorithms. */
abstract class OciConformanceKit {
    static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    static final String REPOSITORY = "conformance/one";
    static final String OTHER = "conformance/two";
    static final String MANIFESTS = "/v2/" + REPOSITORY + "/manifests/";

    @TempDir
    private Path folder;

    RegistryFixture fixture;

    /** How a client is let in, and the digests it uses. */
    static Stream<Arguments> ways() {
        return Stream.of(true, false)
                .flatMap(open ->
                        Arrays.stream(Digest.Algorithm.values()).map(algorithm -> Arguments.of(open, algorithm)));
    }

    RegistryClient client(boolean open) {
        fixture = fixture(folder, open).start();
        return open ? fixture.anonymous() : fixture.client("root");
    }

    /** Not started yet. */
    RegistryFixture fixture(Path in, boolean open) {
        return new RegistryFixture(in, RegistryFixture.LIMITS, open);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    static Reply push(RegistryClient client, String tag, String mediaType, byte[] manifest) {
        Reply reply = client.putManifest(REPOSITORY, tag, mediaType, manifest);
        assertThat(reply.status()).isEqualTo(201);
        return reply;
    }

    static byte[] image(String config, String layers, String more) {
        return bytes("{\"schemaVersion\":2,\"mediaType\":\"" + IMAGE + "\",\"config\":" + config + ",\"layers\":["
                + layers + "]" + more + "}");
    }

    static byte[] index(String manifests) {
        return bytes("{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[" + manifests + "]}");
    }

    static byte[] random(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
