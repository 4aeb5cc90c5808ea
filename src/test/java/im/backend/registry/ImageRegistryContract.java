package im.backend.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ImageRegistry.Extent;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every registry does, whatever it stores in. */
public abstract class ImageRegistryContract {
    protected static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    protected static final String INDEX = "application/vnd.oci.image.index.v1+json";
    protected static final RepositoryName REPOSITORY = new RepositoryName("admin/my-api");
    protected static final RepositoryName OTHER = new RepositoryName("ada/secret");

    private ImageRegistry registry;

    /** An empty one with a grace time of an hour. */
    protected abstract ImageRegistry open() throws IOException;

    /** So much time passes for the registry. */
    protected abstract void pass(Duration time);

    @BeforeEach
    void openRegistry() throws IOException {
        registry = open();
    }

    @Test
    void aBlobIsReadAsItWasWritten() throws IOException {
        StoredBlob blob = registry.blobs().write(REPOSITORY, out -> out.write(bytes("layer")));

        assertThat(blob).isEqualTo(new StoredBlob(Digest.of(Digest.Algorithm.SHA256, bytes("layer")), 5));
        assertThat(registry.blobs().size(blob.digest())).hasValue(5);
        assertThat(registry.blobs().holds(REPOSITORY, blob.digest())).isTrue();
        try (var in = Channels.newInputStream(registry.blobs().open(blob.digest()))) {
            assertThat(in.readAllBytes()).asString().isEqualTo("layer");
        }
    }

    @Test
    void aBlobThatBreaksOffIsNotThere() {
        assertThatThrownBy(() -> registry.blobs().write(REPOSITORY, out -> {
                    out.write(bytes("half"));
                    throw new IllegalStateException("the builder failed");
                }))
                .hasMessage("the builder failed");

        assertThat(registry.blobs().size(Digest.of(Digest.Algorithm.SHA256, bytes("half"))))
                .isEmpty();
    }

    @Test
    void aBlobBelongsToTheRepositoriesThatHoldIt() {
        Digest digest = blob(OTHER, "private");

        assertThat(registry.blobs().holds(REPOSITORY, digest)).isFalse();
        assertThat(registry.blobs().link(REPOSITORY, digest)).isTrue();
        assertThat(registry.blobs().holds(REPOSITORY, digest)).isTrue();
        assertThat(registry.blobs().unlink(OTHER, digest)).isTrue();
        assertThat(registry.blobs().unlink(OTHER, digest)).isFalse();
        assertThat(registry.blobs().holds(OTHER, digest)).isFalse();
        assertThat(registry.blobs().holds(REPOSITORY, digest)).isTrue();
    }

    @Test
    void whatIsNotThereCanNotBeLinked() {
        assertThat(registry.blobs().link(REPOSITORY, Digest.of(Digest.Algorithm.SHA256, bytes("no"))))
                .isFalse();
    }

    @Test
    void aManifestIsFoundByItsTagsAndItsDigest() {
        byte[] manifest = manifest(blob(REPOSITORY, "config"), blob(REPOSITORY, "layer"));

        StoredManifest stored = registry.put(REPOSITORY, new NewManifest(manifest, IMAGE, tags("v1", "latest")));

        assertThat(registry.find(REPOSITORY, Reference.parse("v1"))
                        .orElseThrow()
                        .content())
                .isEqualTo(manifest);
        StoredManifest found = registry.find(
                        REPOSITORY, Reference.parse(stored.digest().value()))
                .orElseThrow();
        assertThat(found.mediaType()).isEqualTo(IMAGE);
        assertThat(registry.tags(REPOSITORY)).containsExactlyElementsOf(tags("latest", "v1"));
        assertThat(registry.repositories()).containsExactly(REPOSITORY);
        assertThat(registry.find(OTHER, Reference.parse("v1"))).isEmpty();
    }

    @Test
    void aTagMovesToTheManifestThatWasPutLast() {
        image(REPOSITORY, "one", "latest");
        StoredManifest second = image(REPOSITORY, "two", "latest");

        assertThat(registry.find(REPOSITORY, Reference.parse("latest"))
                        .orElseThrow()
                        .digest())
                .isEqualTo(second.digest());
    }

    @Test
    void aManifestIsKeptUnderTheAlgorithmThatWasAskedFor() {
        byte[] manifest = manifest(blob(REPOSITORY, "config"));

        StoredManifest stored =
                registry.put(REPOSITORY, new NewManifest(manifest, IMAGE, Digest.Algorithm.SHA512, tags("v1")));

        assertThat(stored.digest()).isEqualTo(Digest.of(Digest.Algorithm.SHA512, manifest));
        assertThat(registry.find(REPOSITORY, Reference.parse("v1"))).isPresent();
    }

    @Test
    void aManifestIsRefusedWhoseBlobsTheRepositoryDoesNotHold() {
        Digest elsewhere = blob(OTHER, "private");

        assertProblem("manifest-blob-unknown", manifest(elsewhere));
        assertProblem("manifest-blob-unknown", manifest(Digest.of(Digest.Algorithm.SHA256, bytes("nowhere"))));
        assertThat(registry.tags(REPOSITORY)).isEmpty();
    }

    @Test
    void aManifestIsRefusedThatIsNone() {
        assertProblem("manifest-invalid", bytes("{"));
        assertProblem("manifest-invalid", bytes("[]"));
        assertProblem("manifest-invalid", bytes("{} {}"));
        assertProblem("manifest-invalid", bytes("{\"schemaVersion\":2,\"schemaVersion\":2}"));
        assertProblem("manifest-invalid", bytes("{\"schemaVersion\":1}"));
        assertProblem("manifest-invalid", bytes("{\"layers\":[{\"digest\":\"sha256:../../x\"}]}"));
        assertProblem("manifest-invalid", bytes("{\"layers\":{}}"));
        assertProblem("manifest-invalid", bytes("[".repeat(100_000)));
    }

    @Test
    void referrersAreFoundBeforeAndAfterTheirSubject() {
        byte[] subject = manifest(blob(REPOSITORY, "config"));
        Digest subjectDigest = Digest.of(Digest.Algorithm.SHA256, subject);
        byte[] sbom = bytes("""
            {"schemaVersion":2,"artifactType":"application/sbom","annotations":{"a":"b"},"subject":{"digest":"%s"}}
            """.formatted(subjectDigest));

        StoredManifest stored = registry.put(REPOSITORY, new NewManifest(sbom, IMAGE, List.of()));
        assertThat(registry.referrers(REPOSITORY, subjectDigest))
                .extracting(Referrer::digest)
                .containsExactly(stored.digest());
        registry.put(REPOSITORY, new NewManifest(subject, IMAGE, List.of()));

        Referrer referrer = registry.referrers(REPOSITORY, subjectDigest).getFirst();
        assertThat(referrer.artifactType()).contains("application/sbom");
        assertThat(referrer.annotations()).containsEntry("a", "b");
        assertThat(registry.delete(REPOSITORY, new Reference.ByDigest(stored.digest())))
                .isTrue();
        assertThat(registry.referrers(REPOSITORY, subjectDigest)).isEmpty();
    }

    @Test
    void aDeletedTagLeavesTheManifestAndADeletedManifestTakesItsTags() {
        StoredManifest stored = image(REPOSITORY, "one", "v1", "v2");

        assertThat(registry.delete(REPOSITORY, Reference.parse("v1"))).isTrue();
        assertThat(registry.find(REPOSITORY, Reference.parse("v1"))).isEmpty();
        assertThat(registry.find(REPOSITORY, Reference.parse("v2"))).isPresent();
        assertThat(registry.delete(REPOSITORY, new Reference.ByDigest(stored.digest())))
                .isTrue();

        assertThat(registry.find(REPOSITORY, Reference.parse("v2"))).isEmpty();
        assertThat(registry.find(REPOSITORY, new Reference.ByDigest(stored.digest())))
                .isEmpty();
        assertThat(registry.tags(REPOSITORY)).isEmpty();
        assertThat(registry.delete(REPOSITORY, Reference.parse("v2"))).isFalse();
    }

    @Test
    void aCollectionKeepsWhatIsTaggedLiveOrYoung() {
        StoredManifest tagged = image(REPOSITORY, "tagged", "v1");
        StoredManifest live = image(REPOSITORY, "live");
        StoredManifest forgotten = image(REPOSITORY, "forgotten");
        pass(Duration.ofHours(2));
        StoredManifest young = image(REPOSITORY, "young");

        Collected planned = registry.collect(List.of(live.digest()), Extent.DRY_RUN);
        Collected done = registry.collect(List.of(live.digest()), Extent.REMOVE);

        assertThat(done).isEqualTo(planned);
        assertThat(done.manifests()).isEqualTo(1);
        assertThat(done.blobs()).isEqualTo(2);
        assertThat(registry.find(REPOSITORY, new Reference.ByDigest(forgotten.digest())))
                .isEmpty();
        for (StoredManifest kept : List.of(tagged, live, young)) {
            assertThat(registry.find(REPOSITORY, new Reference.ByDigest(kept.digest())))
                    .isPresent();
        }
        assertThat(registry.blobs().size(layerOf("forgotten"))).isEmpty();
        assertThat(registry.blobs().size(layerOf("live"))).isPresent();
    }

    @Test
    void aCollectionKeepsWhatATaggedIndexNamesAndWhatNamesIt() {
        StoredManifest child = image(REPOSITORY, "child");
        byte[] index = bytes("{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" + child.digest() + "\"}]}");
        StoredManifest parent = registry.put(REPOSITORY, new NewManifest(index, INDEX, tags("all")));
        byte[] signature = bytes("{\"schemaVersion\":2,\"subject\":{\"digest\":\"" + parent.digest() + "\"}}");
        StoredManifest signed = registry.put(REPOSITORY, new NewManifest(signature, IMAGE, List.of()));
        pass(Duration.ofHours(2));

        assertThat(registry.collect(List.of(), Extent.REMOVE)).isEqualTo(Collected.NOTHING);
        assertThat(registry.referrers(REPOSITORY, parent.digest()))
                .extracting(Referrer::digest)
                .containsExactly(signed.digest());

        registry.delete(REPOSITORY, Reference.parse("all"));
        Collected done = registry.collect(List.of(), Extent.REMOVE);
        assertThat(done.manifests()).isEqualTo(3);
        assertThat(registry.usage().blobs()).isZero();
        assertThat(registry.repositories()).isEmpty();
    }

    @Test
    void whatIsUsedAgainIsYoungAgain() {
        Digest linked = blob(REPOSITORY, "linked again");
        Digest elsewhere = blob(OTHER, "linked elsewhere");
        Digest named = blob(REPOSITORY, "named");
        pass(Duration.ofHours(2));

        registry.blobs().link(REPOSITORY, linked);
        registry.blobs().link(REPOSITORY, elsewhere);
        registry.put(REPOSITORY, new NewManifest(manifest(named), IMAGE, List.of()));
        registry.collect(List.of(), Extent.REMOVE);

        assertThat(registry.blobs().holds(REPOSITORY, linked)).isTrue();
        assertThat(registry.blobs().holds(REPOSITORY, named)).isTrue();
        assertThat(registry.blobs().holds(REPOSITORY, elsewhere)).isTrue();
        assertThat(registry.blobs().size(elsewhere)).isPresent();
        assertThat(registry.blobs().size(named)).isPresent();
    }

    @Test
    void bytesAreCountedByOwnerAndOnceOnTheDisk() {
        blob(REPOSITORY, "12345");
        blob(new RepositoryName("admin/other"), "12345");
        blob(OTHER, "12345");

        RegistryUsage usage = registry.usage();

        assertThat(usage.bytes()).isEqualTo(5);
        assertThat(usage.bytesByOwner()).containsOnly(java.util.Map.entry("admin", 5L), java.util.Map.entry("ada", 5L));
        assertThat(usage.repositories()).isEqualTo(3);
    }

    private void assertProblem(String slug, byte[] manifest) {
        assertThatThrownBy(() -> registry.put(REPOSITORY, new NewManifest(manifest, IMAGE, tags("bad"))))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    Problem problem = refused.problem();
                    assertThat(problem.slug()).isEqualTo(slug);
                });
    }

    private StoredManifest image(RepositoryName repository, String content, String... tags) {
        byte[] manifest = manifest(blob(repository, "config"), blob(repository, "layer of " + content));
        return registry.put(repository, new NewManifest(manifest, IMAGE, tags(tags)));
    }

    private static Digest layerOf(String content) {
        return Digest.of(Digest.Algorithm.SHA256, bytes("layer of " + content));
    }

    private Digest blob(RepositoryName repository, String content) {
        return registry.blobs()
                .write(repository, out -> out.write(bytes(content)))
                .digest();
    }

    /** @param blobs the configuration, then the layers */
    protected static byte[] manifest(Digest... blobs) {
        StringBuilder layers = new StringBuilder();
        for (int i = 1; i < blobs.length; i++) {
            layers.append(i == 1 ? "" : ",")
                    .append("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"size\":1,\"digest\":\"")
                    .append(blobs[i])
                    .append("\"}");
        }
        return bytes("""
            {"schemaVersion":2,"mediaType":"%s",
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":1,"digest":"%s"},"layers":[%s]}
            """.formatted(IMAGE, blobs[0], layers));
    }

    private static List<Tag> tags(String... names) {
        return java.util.Arrays.stream(names).map(Tag::new).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
