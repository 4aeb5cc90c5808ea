package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import im.backend.server.RegistryClient.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OCI distribution 1.1, case by case: manifests, tags and referrers. */
@Tag("slow")
class OciManifestsIT extends OciConformanceKit {
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

    /** A manifest of each kind that there is. */
    private record Sample(String name, String mediaType, byte[] content) {}

    private static List<Sample> samples(RegistryClient client) {
        String config = descriptor(CONFIG, client.push(REPOSITORY, bytes("{\"os\":\"linux\"}")), 14);
        String layer = descriptor(LAYER, client.push(REPOSITORY, random(20, 2_000)), 2_000);
        String plain =
                descriptor("application/vnd.oci.image.layer.v1.tar", client.push(REPOSITORY, random(21, 2_000)), 2_000);
        Digest empty = client.push(REPOSITORY, bytes("{}"));
        String emptyConfig = descriptor("application/vnd.oci.empty.v1+json", empty, 2);
        String elsewhere = "{\"mediaType\":\"application/vnd.oci.image.layer.nondistributable.v1.tar\",\"size\":9,"
                + "\"digest\":\"" + Digest.of(Digest.Algorithm.SHA256, bytes("elsewhere"))
                + "\",\"urls\":[\"https://store.example.com/x\"]}";
        String inline = "{\"mediaType\":\"application/vnd.example.text\",\"size\":5,\"data\":\""
                + Base64.getEncoder().encodeToString(bytes("hello")) + "\",\"digest\":\""
                + Digest.of(Digest.Algorithm.SHA256, bytes("hello")) + "\"}";
        byte[] image = image(config, layer, "");
        List<Sample> samples = new ArrayList<>();
        samples.add(new Sample("image", IMAGE, image));
        samples.add(new Sample("uncompressed", IMAGE, image(config, plain, "")));
        samples.add(new Sample("no-layers", IMAGE, image(config, "", "")));
        samples.add(new Sample("custom-fields", IMAGE, image(config, layer, ",\"org.example\":{\"a\":[1,null]}")));
        samples.add(new Sample("inline", IMAGE, image(config, inline, "")));
        samples.add(new Sample("elsewhere", IMAGE, image(config, elsewhere, "")));
        samples.add(new Sample(
                "artifact", IMAGE, image(emptyConfig, layer, ",\"artifactType\":\"application/vnd.example.conf\"")));
        samples.add(new Sample(
                "docker",
                "application/vnd.docker.distribution.manifest.v2+json",
                bytes(new String(image, StandardCharsets.UTF_8)
                        .replace(IMAGE, "application/vnd.docker.distribution.manifest.v2+json"))));
        String annotation = "x".repeat(10_000);
        StringBuilder annotations = new StringBuilder(",\"annotations\":{");
        for (int i = 0; i < 390; i++) {
            annotations
                    .append(i == 0 ? "" : ",")
                    .append("\"a")
                    .append(i)
                    .append("\":\"")
                    .append(annotation)
                    .append('"');
        }
        samples.add(new Sample("large", IMAGE, image(config, layer, annotations + "}")));
        samples.add(new Sample("empty-index", INDEX, index("")));
        String child = descriptor(IMAGE, Digest.of(Digest.Algorithm.SHA256, image), image.length);
        byte[] index = index(child + "," + child);
        samples.add(new Sample("index", INDEX, index));
        String nested = descriptor(INDEX, Digest.of(Digest.Algorithm.SHA256, index), index.length);
        samples.add(new Sample("nested-index", INDEX, index(nested)));
        return samples;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void manifestsOfAllKindsArePushedPulledListedAndDeleted(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        List<Sample> samples = samples(client);
        for (Sample sample : samples) {
            byte[] content = sample.content();
            Digest digest = Digest.of(algorithm, content);
            if (algorithm == Digest.Algorithm.SHA512) {
                // Children are named by their sha256, under which they have to be there too.
                assertThat(client.putManifest(
                                        REPOSITORY,
                                        Digest.of(Digest.Algorithm.SHA256, content)
                                                .value(),
                                        sample.mediaType(),
                                        content)
                                .status())
                        .isEqualTo(201);
            }
            String path = MANIFESTS + digest + "?tag=" + sample.name() + "&tag=" + sample.name() + "-again";
            Reply put = client.send("PUT", path, content, "Content-Type", sample.mediaType());
            assertThat(put.status()).as(sample.name()).isEqualTo(201);
            assertThat(put.header("Docker-Content-Digest")).isEqualTo(digest.value());
            assertThat(put.headers("OCI-Tag")).containsExactly(sample.name(), sample.name() + "-again");
            for (String where : List.of(put.header("Location"), MANIFESTS + sample.name(), MANIFESTS + digest)) {
                assertPulled(client, where, sample, digest);
            }
        }

        List<String> tags = new ArrayList<>();
        client.get("/v2/" + REPOSITORY + "/tags/list").at("/tags").forEach(tag -> tags.add(tag.asText()));
        assertThat(tags).hasSize(2 * samples.size()).isSorted();

        for (Sample sample : samples) {
            Digest digest = Digest.of(algorithm, sample.content());
            assertThat(client.delete(MANIFESTS + sample.name()).status()).isEqualTo(202);
            assertThat(client.head(MANIFESTS + sample.name()).status()).isEqualTo(404);
            assertThat(client.head(MANIFESTS + digest).status()).isEqualTo(200);
            assertThat(client.delete(MANIFESTS + digest).status()).isEqualTo(202);
            assertThat(client.head(MANIFESTS + digest).status()).isEqualTo(404);
            assertThat(client.get(MANIFESTS + sample.name() + "-again").status())
                    .isEqualTo(404);
        }
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list").at("/tags")).isEmpty();
    }

    private static void assertPulled(RegistryClient client, String where, Sample sample, Digest digest) {
        Reply pulled = client.get(where, "Accept", "text/html");
        assertThat(pulled.status()).as(where).isEqualTo(200);
        assertThat(pulled.body()).isEqualTo(sample.content());
        for (Reply reply : List.of(pulled, client.head(where, "Accept", INDEX, "Accept", IMAGE))) {
            assertThat(reply.header("Content-Type")).isEqualTo(sample.mediaType());
            assertThat(reply.header("Content-Length")).isEqualTo(String.valueOf(sample.content().length));
            assertThat(reply.header("Docker-Content-Digest")).isEqualTo(digest.value());
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void referrersAreListedAndFilteredByType(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        String config = descriptor(CONFIG, client.push(REPOSITORY, bytes("{}")), 2);
        byte[] image = image(config, "", "");
        Digest subject = Digest.of(algorithm, image);
        String about = ",\"subject\":" + descriptor(IMAGE, subject, image.length);
        byte[] plain = image(config, "", about);
        byte[] sbom = image(
                config,
                "",
                about + ",\"artifactType\":\"application/vnd.example+sbom\","
                        + "\"annotations\":{\"org.example\":\"yes\"}");
        byte[] list = bytes("{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[]" + about
                + ",\"artifactType\":\"application/vnd.example+list\"}");

        // The subject may come later, or never.
        assertThat(push(client, "p", IMAGE, plain).header("OCI-Subject")).isEqualTo(subject.value());
        assertThat(push(client, "s", IMAGE, sbom).header("OCI-Subject")).isEqualTo(subject.value());
        assertThat(push(client, "l", INDEX, list).header("OCI-Subject")).isEqualTo(subject.value());
        client.putManifest(REPOSITORY, subject.value(), IMAGE, image);

        String path = "/v2/" + REPOSITORY + "/referrers/" + subject;
        Reply all = client.get(path);
        assertThat(all.header("OCI-Filters-Applied")).isEmpty();
        assertThat(all.at("/manifests")).hasSize(3);
        Reply filtered = client.get(path + "?artifactType=application%2Fvnd.example%2Bsbom");
        assertThat(filtered.header("OCI-Filters-Applied")).isEqualTo("artifactType");
        var only = filtered.at("/manifests");
        assertThat(only).hasSize(1);
        assertThat(only.get(0).path("digest").asText())
                .isEqualTo(Digest.of(Digest.Algorithm.SHA256, sbom).value());
        assertThat(only.get(0).path("mediaType").asText()).isEqualTo(IMAGE);
        assertThat(only.get(0).path("size").asInt()).isEqualTo(sbom.length);
        assertThat(only.get(0).path("artifactType").asText()).isEqualTo("application/vnd.example+sbom");
        assertThat(only.get(0).path("annotations").path("org.example").asText()).isEqualTo("yes");
        Reply config2 = client.get(path + "?artifactType=" + CONFIG.replace("+", "%2B"));
        assertThat(config2.at("/manifests"))
                .as("the configuration's type stands in")
                .hasSize(1);

        client.delete(MANIFESTS + Digest.of(Digest.Algorithm.SHA256, sbom));
        assertThat(client.get(path).at("/manifests")).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aManifestThatIsNotWhatItsDigestSaysIsRefused(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] manifest = image(descriptor(CONFIG, client.push(REPOSITORY, bytes("{}")), 2), "", "");
        Digest wrong = Digest.of(algorithm, bytes("other"));

        Reply refused = client.putManifest(REPOSITORY, wrong.value(), IMAGE, manifest);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error()).isEqualTo("DIGEST_INVALID");
        assertThat(client.head(MANIFESTS + wrong).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void tagsAndRepositoriesAreListedInPages(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] manifest = image(descriptor(CONFIG, client.push(REPOSITORY, bytes("{}")), 2), "", "");
        for (String tag : List.of("b", "a", "C", "d-1", "d.1")) {
            push(client, tag, IMAGE, manifest);
        }
        client.push(OTHER, bytes("{}"));

        assertThat(pages(client, "/v2/" + REPOSITORY + "/tags/list?n=2", "tags"))
                .containsExactly("C,a", "b,d-1", "d.1");
        assertThat(pages(client, "/v2/" + REPOSITORY + "/tags/list?last=b", "tags"))
                .containsExactly("d-1,d.1");
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list?n=0").at("/tags"))
                .isEmpty();
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list?n=-1").status()).isEqualTo(400);
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list?n=999999999999").status())
                .isEqualTo(200);
        assertThat(pages(client, "/v2/_catalog?n=1", "repositories")).containsExactly(REPOSITORY, OTHER);
    }

    private static List<String> pages(RegistryClient client, String first, String field) {
        List<String> pages = new ArrayList<>();
        String next = first;
        while (!next.isEmpty()) {
            Reply reply = client.get(next);
            assertThat(reply.status()).isEqualTo(200);
            List<String> entries = new ArrayList<>();
            reply.json().path(field).forEach(entry -> entries.add(entry.asText()));
            pages.add(String.join(",", entries));
            String link = reply.header("Link");
            assertThat(link.isEmpty() || link.endsWith("; rel=\"next\"")).isTrue();
            next = link.isEmpty() ? "" : link.substring(1, link.indexOf('>'));
        }
        return pages;
    }

    private static String descriptor(String mediaType, Digest digest, int size) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
    }
}
