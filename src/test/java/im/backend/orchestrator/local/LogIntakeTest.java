package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.log.InstanceId;
import im.backend.orchestrator.log.LogSource;
import im.backend.orchestrator.log.ProjectLog;
import im.backend.orchestrator.log.RateBudget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogIntakeTest {
    private static final InstanceId ID =
            InstanceId.parse("00000000-0000-0000-0000-000000000001.web.0").orElseThrow();
    private static final ProjectId PROJECT = new ProjectId("admin-shop");
    private static final LogSource SOURCE =
            new LogSource(ID, PROJECT, new ReleaseName(PROJECT, new CommitHash("a".repeat(40))));
    private static final Clock STOPPED = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private InstanceFolder instance;
    private LogIntake intake;

    @BeforeEach
    void open() {
        instance = new InstanceFolder(folder.resolve("instance"));
        instance.create();
        intake = intake();
    }

    @Test
    void nothingWrittenIsNoLine() {
        intake.take();

        assertThat(texts()).isEmpty();
    }

    @Test
    void anUnfinishedLineWaitsForItsEnd() throws IOException {
        write("whole\nhal");
        intake.take();
        assertThat(texts()).containsExactly("whole");

        write("f\n");
        intake.take();
        assertThat(texts()).containsExactly("whole", "half");
    }

    @Test
    void anUnfinishedLastLineIsTakenAtTheEnd() throws IOException {
        write("Segmentation fault");

        intake.finish();

        assertThat(texts()).containsExactly("Segmentation fault");
    }

    @Test
    void aLongLineIsCutBetweenCharacters() throws IOException {
        write("x" + "é".repeat(LogIntake.LINE_BYTES_MAX) + "\n");

        intake.take();

        assertThat(texts()).hasSize(3).noneMatch(text -> text.contains("\uFFFD"));
        assertThat(String.join("", texts())).hasSize(1 + LogIntake.LINE_BYTES_MAX);
    }

    @Test
    void linesOfTheSandboxAreHeardAndNotStored() throws IOException {
        write("{ \"child-pid\": 12, \"mnt-namespace\": 4026532177 }\n"
                + "mine\r\n"
                + "{ \"exit-code\": 7 }\n"
                + "{ \"json\": true }\n");

        intake.take();

        assertThat(texts()).containsExactly("mine", "{ \"json\": true }");
    }

    @Test
    void theSandboxTellsTheExitCode() throws IOException {
        write("{ \"exit-code\": 7 }\n");

        intake.finish();

        assertThat(intake.toldExit()).hasValue(7);
    }

    @Test
    void aLaterServerGoesOnWhereAnEarlierOneWasKilled() throws IOException {
        write("one\ntwo\n");
        intake.take();
        Files.writeString(instance.progress(), "4");
        write("three\n");

        intake = intake();
        intake.take();

        assertThat(texts()).containsExactly("one", "two", "three");
    }

    @Test
    void whatComesTooFastIsLeftOutWithAMark() throws IOException {
        String line = "0123456789".repeat(10) + "\n";
        for (int megabyte = 0; megabyte < 20; megabyte++) {
            write(line.repeat(10_000));
        }
        write("the last line\n");

        intake.take();
        intake.freeSpace();

        List<String> texts = texts();
        assertThat(texts).first().asString().matches("backendim: \\d+ bytes of output were left out.*");
        assertThat(texts).last().isEqualTo("the last line");
        assertThat(texts.size() * 101L).isLessThanOrEqualTo(RateBudget.BURST_BYTES + 2 * 101);
        assertThat(texts.subList(1, texts.size() - 1)).allMatch(text -> text.length() == 100);
        assertThat(blocksOf(instance.output())).as("space is given back").isLessThan(1 << 20);
    }

    private static long blocksOf(Path file) throws IOException {
        java.lang.Process du = new ProcessBuilder("du", "--block-size=1", file.toString()).start();
        try (var output = du.getInputStream()) {
            return Long.parseLong(new String(output.readAllBytes(), StandardCharsets.UTF_8).split("\\s")[0]);
        }
    }

    private List<String> texts() {
        return log().after(0, 100_000).stream().map(LogLine::text).toList();
    }

    private LogIntake intake() {
        Launcher launcher = new Launcher(HostSettings.in(folder.resolve("host")));
        LogIntake opened = new LogIntake(SOURCE, instance, log(), launcher, STOPPED);
        opened.resume();
        return opened;
    }

    private ProjectLog log() {
        ProjectLog log = new ProjectLog(folder.resolve("log"), 100 << 20);
        log.open();
        return log;
    }

    private void write(String text) throws IOException {
        Files.writeString(instance.output(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
