package im.backend.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.KilledProgram;
import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import im.backend.source.Commit;
import im.backend.source.SourceLimits;
import im.backend.source.SourceUpload;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
final class GitCrashTest {
    private static final int KILLS = 15;
    private static final ProjectId PROJECT = new ProjectId("admin-shop");

    @TempDir
    private Path folder;

    @Test
    void aKilledServerLosesNothingItAcknowledgedAndWritesOn() throws Exception {
        Random random = new Random(20261121);
        Set<String> staged = new HashSet<>();
        Set<String> published = new HashSet<>();

        for (int kill = 0; kill < KILLS; kill++) {
            runAndKill("run " + kill, random.nextInt(1, 600), staged, published);
            verify(kill, staged, published);
        }

        assertThat(published).hasSizeGreaterThan(KILLS);
    }

    /** Kills after the given time from its first acknowledgement, so that each run has something to lose. */
    private void runAndKill(String name, int millis, Set<String> staged, Set<String> published) throws Exception {
        new KilledProgram(CrashingWriter.class, folder.toString(), name)
                .killedAfter(millis, any -> true)
                .forEach(line -> record(line, staged, published));
    }

    private static void record(String line, Set<String> staged, Set<String> published) {
        String[] words = line.split(" ");
        // A kill can cut the last line.
        if (words.length == 2 && words[1].length() == 40) {
            (words[0].equals("staged") ? staged : published).add(words[1]);
        }
    }

    private void verify(int kill, Set<String> staged, Set<String> published) {
        try (GitSourceStore store =
                new GitSourceStore(new GitSettings(folder, SourceLimits.DEFAULT), Clock.systemUTC())) {
            store.start();
            Set<String> history = store.history(PROJECT, 100_000).stream()
                    .map(commit -> commit.hash().value())
                    .collect(Collectors.toSet());

            assertThat(history).containsAll(published);
            staged.forEach(
                    hash -> assertThat(store.read(PROJECT, new CommitHash(hash)).entries())
                            .hasSize(2));
            assertThat(new RealGit(folder.resolve(PROJECT + ".git")).run("fsck", "--full", "--strict"))
                    .doesNotContain("error", "missing", "corrupt");
            SourceUpload.File file = new SourceUpload.File("a.txt", ("verify " + kill).getBytes(), false);
            Commit next = store.stage(
                    PROJECT,
                    new SourceUpload.FileMap(List.of(file, new SourceUpload.File("b.bin", new byte[1], false))),
                    new UserName("admin"),
                    "verify");
            store.publish(PROJECT, next.hash());
            assertThat(store.head(PROJECT)).contains(next);
        }
    }
}
