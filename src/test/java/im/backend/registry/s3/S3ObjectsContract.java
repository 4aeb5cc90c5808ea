package im.backend.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.StoredObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a real server. */
abstract class S3ObjectsContract {
    @TempDir
    Path folder;

    /** Started once for the class. */
    protected abstract S3Server server();

    S3Settings settings;
    S3Objects objects;

    @BeforeEach
    void open() {
        settings = server().newBucket();
        objects = new S3Objects(settings, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        objects.close();
    }

    @Test
    void whatIsPutIsReadWholeAndInRanges() {
        objects.put("owner", bytes("0123456789"));

        assertThat(objects.read("owner", 0, 100)).hasValue(bytes("0123456789"));
        assertThat(objects.read("owner", 3, 4)).hasValue(bytes("3456"));
        assertThat(objects.read("owner", 10, 4)).hasValue(new byte[0]);
        assertThat(objects.read("nobody", 0, 4)).isEmpty();
    }

    @Test
    void aFileAboveThePartSizeComesBackAsItWas() throws IOException {
        byte[] content = new byte[(12 << 20) + 17];
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("blob"), content);

        objects.put("blobs/large", file, Digest.of(Digest.Algorithm.SHA256, content));

        Digest.Algorithm algorithm = Digest.Algorithm.SHA256;
        assertThat(objects.list("blobs/")).extracting(StoredObject::sizeBytes).containsExactly((long) content.length);
        byte[] back = objects.read("blobs/large", 0, content.length).orElseThrow();
        assertThat(Digest.of(algorithm, back)).isEqualTo(Digest.of(algorithm, content));
    }

    @Test
    void anEmptyFileAndASha512OneAreStored() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        Path file = Files.writeString(folder.resolve("blob"), "text");

        objects.put("empty", empty, Digest.of(Digest.Algorithm.SHA256, new byte[0]));
        objects.put("blob", file, Digest.of(Digest.Algorithm.SHA512, bytes("text")));

        assertThat(objects.read("empty", 0, 1)).hasValue(new byte[0]);
        assertThat(objects.read("blob", 0, 10)).hasValue(bytes("text"));
    }

    @Test
    void aListIsInTheOrderOfTheKeysAndHasOnlyThoseBelow() {
        objects.put("repositories/b/_names", bytes("2"));
        objects.put("repositories/a/_names", bytes("1"));
        objects.put("blobs/x", bytes("0"));

        assertThat(objects.list("repositories/"))
                .extracting(StoredObject::key)
                .containsExactly("repositories/a/_names", "repositories/b/_names");
        assertThat(objects.list("nothing/")).isEmpty();
    }

    @Test
    void whatIsDeletedIsGoneAndMayBeDeletedAgain() {
        objects.put("a", bytes("1"));

        objects.delete("a");
        objects.delete("a");

        assertThat(objects.read("a", 0, 1)).isEmpty();
    }

    @Test
    void looksForUnfinishedUploadsWithoutTouchingWhatIsYoung() {
        objects.put("a", bytes("1"));

        objects.tidy();

        assertThat(objects.read("a", 0, 1)).isPresent();
    }

    @Test
    void aBucketThatIsNotThereIsToldByName() {
        Problem problem = refusal(with(settings.login(), "no-such-bucket-here"));

        assertThat(problem.detail()).contains("no-such-bucket-here", "has no such bucket", "registry.s3.bucket");
    }

    @Test
    void aStoreThatIsNotThereIsToldWithItsAddress() {
        S3Settings nowhere = S3Server.settings("bucket", 1);
        try (S3Objects none = new S3Objects(nowhere, Clock.systemUTC())) {
            Problem problem =
                    catchThrowableOfType(ProblemException.class, none::check).problem();

            assertThat(problem).isInstanceOf(Problem.Unavailable.class);
            assertThat(problem.detail()).contains("http://127.0.0.1:1/bucket", "registry.s3.endpoint");
        }
    }

    S3Settings with(S3Settings.Login login, String bucket) {
        return new S3Settings(
                settings.endpoint(),
                settings.region(),
                bucket,
                settings.prefix(),
                login,
                settings.addressing(),
                settings.limits());
    }

    static Problem refusal(S3Settings settings) {
        try (S3Objects refused = new S3Objects(settings, Clock.systemUTC())) {
            return catchThrowableOfType(ProblemException.class, refused::check).problem();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
