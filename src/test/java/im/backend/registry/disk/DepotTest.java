package im.backend.registry.disk;

import static im.backend.registry.disk.DepotFixture.REPOSITORY;
import static im.backend.registry.disk.DepotFixture.USER;
import static im.backend.registry.disk.DepotFixture.digestRead;
import static im.backend.registry.disk.DepotFixture.push;
import static im.backend.registry.disk.DepotFixture.put;
import static im.backend.registry.disk.DepotFixture.random;
import static im.backend.registry.disk.DepotFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.Reference;
import im.backend.registry.StoredManifest;
import im.backend.registry.StoredObject;
import im.backend.registry.Tag;
import im.backend.registry.Uploads;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of blobs in a store of objects when lines break, machines are lost and folders move. */
@org.junit.jupiter.api.Tag("slow")
class DepotTest {
    private static final int LARGE = 9 << 20;

    @AutoClose
    private static S3Server server;

    @TempDir
    private Path folder;

    @TempDir
    private Path other;

    private DepotFixture depot;

    @BeforeAll
    static void startServer() throws IOException {
        server = S3Server.startAny();
    }

    @BeforeEach
    void open() throws IOException {
        depot = new DepotFixture(server);
    }

    @AfterEach
    void close() throws Exception {
        depot.close();
    }

    @Test
    void aPushIsRefusedWhileTheStoreIsAwayAndGoesOnWhereItWas() throws IOException {
        DiskRegistry registry = depot.open(folder);
        byte[] content = random(1, 100_000);
        Digest digest = DepotFixture.blob(content).digest();
        Uploads.Upload upload = registry.uploads().start(REPOSITORY, USER, Digest.Algorithm.SHA256);
        upload.append(new ByteArrayInputStream(content));
        depot.line.goAway();

        Problem refused = problem(() -> upload.finish(digest));
        assertThat(refused).isInstanceOf(Problem.Unavailable.class);
        assertThat(refused.slug()).isEqualTo("object-store-unavailable");
        assertThat(registry.blobs().size(digest)).isEmpty();

        depot.line.comeBack();
        assertThat(upload.finish(digest).digest()).isEqualTo(digest);
        assertThat(depot.objects().list("blobs/")).hasSize(1);
    }

    @Test
    void whatIsHereIsReadAndTaggedWhileTheStoreIsAwayAndTheStoreIsToldLater() throws IOException {
        DiskRegistry registry = depot.open(folder);
        byte[] layer = random(2, 100_000);
        StoredManifest image = push(registry, layer, "v1");
        Digest config = DepotFixture.blob("{\"tag\":\"v1\"}".getBytes()).digest();
        Digest stored = DepotFixture.blob(layer).digest();
        depot.line.goAway();

        assertThat(digestRead(registry, stored)).isEqualTo(stored);
        put(registry, stored, config, "v2");

        DepotReport report = registry.depot().orElseThrow();
        assertThat(report.failure()).hasValueSatisfying(why -> assertThat(why).contains("does not answer"));
        assertThat(report.waitingRepositories()).isEqualTo(1);
        depot.line.comeBack();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> registry.depot().orElseThrow().waitingRepositories() == 0);
        assertThat(depot.open(other).find(REPOSITORY, new Reference.ByTag(new Tag("v2"))))
                .hasValueSatisfying(found -> assertThat(found.digest()).isEqualTo(image.digest()));
    }

    @Test
    void aStoreThatIsBusyIsAskedAgain() throws IOException {
        DiskRegistry registry = depot.open(folder);
        depot.line.beBusy(2);

        Digest digest = write(registry, random(3, 1000));

        assertThat(depot.objects().list("blobs/"))
                .extracting(StoredObject::sizeBytes)
                .containsExactly(1000L);
        assertThat(registry.blobs().size(digest)).hasValue(1000);
    }

    @Test
    void aConnectionThatBreaksInTheMiddleOfABlobCostsATryAndNothingElse() throws IOException {
        DiskRegistry registry = depot.open(folder);
        byte[] content = random(4, LARGE);
        depot.line.cutAfterBytesUp(2 << 20);
        Digest digest = write(registry, content);
        assertThat(depot.line.cuts()).isEqualTo(1);

        DiskRegistry elsewhere = restored(registry, content);
        depot.line.cutAfterBytesDown(6 << 20);

        assertThat(digestRead(elsewhere, digest)).isEqualTo(digest);
        assertThat(depot.line.cuts()).isEqualTo(2);
    }

    /** Another folder on the same bucket, which has no copy yet. */
    private DiskRegistry restored(DiskRegistry registry, byte[] layer) {
        push(registry, layer, "v1");
        return depot.open(other);
    }

    @Test
    void otherBytesThanThoseOfTheDigestAreNeverGivenOutWhole() throws IOException {
        DiskRegistry registry = depot.open(folder);
        byte[] content = random(5, LARGE);
        Digest small = write(registry, random(6, 1000));
        Digest large = write(registry, content);
        DiskRegistry elsewhere = restored(registry, content);
        byte[] changed = content.clone();
        changed[LARGE / 2] ^= 1;
        depot.objects().put(DepotFixture.key(large), changed);
        depot.objects().put(DepotFixture.key(small), random(7, 1000));

        assertThat(problem(() -> digestRead(elsewhere, small)).slug()).isEqualTo("blob-damaged");
        assertThat(problem(() -> digestRead(elsewhere, large)).slug()).isEqualTo("blob-damaged");
        try (Stream<Path> left = Files.walk(other.resolve("blobs"))) {
            assertThat(left.map(file -> file.getFileName().toString())).doesNotContain(small.hex(), large.hex());
        }
    }

    @Test
    void anObjectThatWasTakenAwayIsUnknownAndCanBePushedAgain() throws IOException {
        DiskRegistry registry = depot.open(folder);
        byte[] content = random(8, 1000);
        Digest digest = write(registry, content);
        DiskRegistry elsewhere = restored(registry, content);
        depot.objects().delete(DepotFixture.key(digest));

        assertThat(problem(() -> digestRead(elsewhere, digest)).slug()).isEqualTo("blob-unknown");
        assertThat(elsewhere.blobs().size(digest)).isEmpty();
        write(elsewhere, content);
        assertThat(depot.objects().read(DepotFixture.key(digest), 0, 2000)).hasValue(content);
    }

    @Test
    void aNewMachineGoesOnFromWhatTheStoreHolds() throws IOException {
        DiskRegistry lost = depot.open(folder);
        byte[] layer = random(9, 50_000);
        StoredManifest first = push(lost, random(10, 50_000), "v1");
        StoredManifest second = push(lost, layer, "v2");
        lost.delete(REPOSITORY, new Reference.ByTag(new Tag("v1")));
        lost.close();

        DiskRegistry found = depot.open(other);

        assertThat(found.repositories()).containsExactly(REPOSITORY);
        assertThat(found.tags(REPOSITORY)).containsExactly(new Tag("v2"));
        assertThat(found.find(REPOSITORY, new Reference.ByDigest(first.digest())))
                .isPresent();
        StoredManifest back =
                found.find(REPOSITORY, new Reference.ByTag(new Tag("v2"))).orElseThrow();
        assertThat(back.content()).isEqualTo(second.content());
        Digest blob = DepotFixture.blob(layer).digest();
        assertThat(found.blobs().holds(REPOSITORY, blob)).isTrue();
        assertThat(digestRead(found, blob)).isEqualTo(blob);
        assertThat(found.usage()).isEqualTo(lost.usage());
    }

    @Test
    void whatWasOnTheDiskBeforeIsSentInTheBackground() throws IOException {
        DiskRegistry before =
                new DiskRegistry(new DiskRegistrySettings(folder, RegistryLimits.DEFAULT), Clock.systemUTC());
        before.start();
        byte[] layer = random(11, 50_000);
        StoredManifest image = push(before, layer, "v1");

        DiskRegistry registry = depot.open(folder);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> depot.objects().list("blobs/").size() == 3
                        && registry.depot().orElseThrow().waitingBlobs() == 0
                        && registry.depot().orElseThrow().waitingRepositories() == 0);

        assertThat(registry.find(REPOSITORY, new Reference.ByTag(new Tag("v1"))))
                .isPresent();
        DiskRegistry elsewhere = depot.open(other);
        assertThat(elsewhere.find(REPOSITORY, new Reference.ByTag(new Tag("v1"))))
                .hasValueSatisfying(found -> assertThat(found.digest()).isEqualTo(image.digest()));
        Digest blob = DepotFixture.blob(layer).digest();
        assertThat(digestRead(elsewhere, blob)).isEqualTo(blob);
        assertThat(problem(before::start).slug()).isEqualTo("object-store-unset");
    }

    @Test
    void twoRegistriesDoNotShareAPlace() {
        push(depot.open(folder), random(12, 100), "v1");
        DiskRegistry mine =
                new DiskRegistry(new DiskRegistrySettings(other, RegistryLimits.DEFAULT), Clock.systemUTC());
        mine.start();
        push(mine, random(13, 100), "v1");

        Problem refused = problem(() -> depot.open(other));

        assertThat(refused.slug()).isEqualTo("object-store-taken");
        assertThat(refused.detail()).contains("belongs to another registry", "registry.s3.prefix");
    }

    @Test
    void aKnownFolderStartsWithoutTheStoreAndANewOneIsTold() throws IOException {
        DiskRegistry registry = depot.open(folder);
        Digest digest = write(registry, random(14, 1000));
        registry.close();
        depot.line.goAway();

        assertThat(digestRead(depot.open(folder), digest)).isEqualTo(digest);
        Problem refused = problem(() -> depot.open(other));
        assertThat(refused.slug()).isEqualTo("object-store-unavailable");
        assertThat(refused.detail()).contains("registry.s3.endpoint");
    }

    @Test
    void copiesStayWithinTheirBoundAndWhatWentIsFetchedAgain() throws IOException {
        DiskRegistry registry = depot.open(folder, RegistryLimits.DEFAULT, 1_000_000);
        List<Digest> digests = Stream.iterate(0, seed -> seed + 1)
                .limit(20)
                .map(seed -> write(registry, random(100 + seed, 100_000)))
                .toList();

        assertThat(registry.depot().orElseThrow().cacheBytes()).isLessThanOrEqualTo(1_000_000);
        for (Digest digest : digests) {
            assertThat(digestRead(registry, digest)).isEqualTo(digest);
        }
        assertThat(registry.depot().orElseThrow().cacheBytes()).isLessThanOrEqualTo(1_000_000);
        assertThat(depot.objects().list("blobs/")).hasSize(20);
    }

    @Test
    void aCollectionTakesObjectsAwayWithThoseThatNobodyKnows() throws IOException {
        DiskRegistry registry = depot.open(folder, DepotFixture.NO_GRACE, 1L << 30);
        StoredManifest kept = push(registry, random(15, 1000), "v1");
        write(registry, random(16, 2000));
        byte[] stray = random(17, 3000);
        Path file = Files.write(other.resolve("stray"), stray);
        Digest digest = DepotFixture.blob(stray).digest();
        S3Objects objects = depot.objects();
        objects.put(DepotFixture.key(digest), file, digest);
        // The store's times are of whole seconds.
        await().pollDelay(Duration.ofMillis(1100)).until(() -> true);

        assertThat(registry.collect(List.of(), Extent.DRY_RUN).blobs()).isEqualTo(2);
        assertThat(objects.list("blobs/")).hasSize(5);
        assertThat(registry.collect(List.of(), Extent.REMOVE).bytes()).isEqualTo(5000);

        assertThat(objects.list("blobs/")).hasSize(3);
        assertThat(registry.find(REPOSITORY, new Reference.ByDigest(kept.digest())))
                .isPresent();
    }

    private static Problem problem(ThrowingCallable call) {
        return Optional.ofNullable(catchThrowableOfType(ProblemException.class, call))
                .orElseThrow(() -> new AssertionError("it did not fail"))
                .problem();
    }
}
