package im.backend.orchestrator.log;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.orchestrator.LogLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProjectLogTest {
    private static final String HEAD = "1700000000000 00000000 web 0 aaaaaaaaaaaa ";
    private static final String PROGRESS = "= 00000000-0000-0000-0000-000000000001.web.0 ";
    private static final long BYTES_MAX = 3L * ProjectLog.SEGMENT_BYTES;

    @TempDir
    Path folder;

    private ProjectLog log;

    @BeforeEach
    void open() {
        log = reopened();
    }

    @Test
    void anEmptyLogHasNoLines() {
        assertThat(log.last(10, line -> true)).isEmpty();
        assertThat(log.after(0, 10)).isEmpty();
        assertThat(log.after(12345, 10)).isEmpty();
    }

    @Test
    void linesComeBackAsTheyWereWritten() throws IOException {
        append("first line", "", "  indented é");

        assertThat(log.last(10, line -> true))
                .extracting(LogLine::text)
                .containsExactly("first line", "", "  indented é");
        assertThat(log.last(1, line -> true))
                .singleElement()
                .satisfies(line -> assertThat(line.process()).isEqualTo("web"))
                .satisfies(line -> assertThat(line.release()).isEqualTo("aaaaaaaaaaaa"))
                .satisfies(line -> assertThat(line.at().toEpochMilli()).isEqualTo(1_700_000_000_000L));
    }

    @Test
    void everyPositionLeadsToTheNextLineOverSegmentsAndRestarts() throws IOException {
        for (int batch = 0; batch < 300; batch++) {
            append("line " + batch + " " + "x".repeat(10_000));
        }
        List<LogLine> all = log.after(0, 1000);
        assertThat(all).hasSizeGreaterThan(200).extracting(LogLine::position).isSorted();

        ProjectLog later = reopened();

        List<LogLine> followed = new ArrayList<>();
        long position = 0;
        for (List<LogLine> page = later.after(position, 7); !page.isEmpty(); page = later.after(position, 7)) {
            followed.addAll(page);
            position = page.getLast().position();
        }
        assertThat(followed).isEqualTo(all);
        assertThat(later.last(5, line -> true)).isEqualTo(all.subList(all.size() - 5, all.size()));
    }

    @Test
    void aPositionWithinALineLeadsToTheNextOne() throws IOException {
        append("one", "two");
        long first = log.after(0, 1).getFirst().position();

        assertThat(log.after(first - 2, 1)).extracting(LogLine::text).containsExactly("two");
    }

    /** Short lines and lines longer than what is read at once, so that every kind of border is met. */
    @Test
    void anyPositionAndAnyCountFindWhatALookAtAllLinesFinds() throws IOException {
        Random random = new Random(3);
        for (int batch = 0; batch < 40; batch++) {
            append("short " + batch, "x".repeat(random.nextInt(150_000)), "", "after " + batch);
        }
        List<LogLine> all = log.after(0, 1000);
        assertThat(all).hasSize(160);

        for (int look = 0; look < 300; look++) {
            long position = random.nextLong(all.getLast().position() + 2);
            assertThat(log.after(position, 3))
                    .extracting(LogLine::position)
                    .as("after %d", position)
                    .containsExactlyElementsOf(all.stream()
                            .filter(line -> line.position()
                                            - HEAD.length()
                                            - line.text().length()
                                            - 1
                                    >= position)
                            .limit(3)
                            .map(LogLine::position)
                            .toList());
        }
        for (int count : new int[] {0, 1, 2, 7, 159, 160, 500}) {
            assertThat(log.last(count, line -> true))
                    .isEqualTo(all.subList(Math.max(0, all.size() - count), all.size()));
        }
        assertThat(log.last(3, line -> line.line().text().startsWith("short")))
                .extracting(LogLine::text)
                .containsExactly("short 37", "short 38", "short 39");
        assertThat(log.after(all.getLast().position(), 10)).isEmpty();
    }

    @Test
    void theOldestSegmentsGoBeyondTheCap() throws IOException {
        for (int batch = 0; batch < 600; batch++) {
            append("line " + batch + " " + "x".repeat(10_000));
        }

        assertThat(bytesOnDisk()).isLessThanOrEqualTo(BYTES_MAX + ProjectLog.SEGMENT_BYTES);
        assertThat(log.after(0, 1).getFirst().text()).doesNotStartWith("line 0 ");
        assertThat(log.last(1, line -> true).getFirst().text()).startsWith("line 599 ");
    }

    @Test
    void aBatchThatWasNotFinishedIsCutOff() throws IOException {
        append("whole");
        Path segment = segments().getFirst();
        Files.writeString(segment, HEAD + "torn line\n" + HEAD + "torn", StandardOpenOption.APPEND);

        log = reopened();
        append("after");

        assertThat(log.last(10, line -> true)).extracting(LogLine::text).containsExactly("whole", "after");
    }

    @Test
    void progressIsWhatTheNewestBatchSays() throws IOException {
        log.append(
                (HEAD + "a\n" + PROGRESS + "10\n" + HEAD + "b\n" + PROGRESS + "20\n").getBytes(StandardCharsets.UTF_8));
        InstanceId known =
                InstanceId.parse("00000000-0000-0000-0000-000000000001.web.0").orElseThrow();
        InstanceId other =
                InstanceId.parse("00000000-0000-0000-0000-000000000001.web.1").orElseThrow();

        assertThat(log.progressOf(known.toString())).contains(20L);
        assertThat(log.progressOf(other.toString())).isEmpty();
    }

    private void append(String... texts) throws IOException {
        StringBuilder batch = new StringBuilder();
        for (String text : texts) {
            batch.append(HEAD).append(text).append('\n');
        }
        log.append(batch.append(PROGRESS).append("1\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    private ProjectLog reopened() {
        ProjectLog opened = new ProjectLog(folder.resolve("log"), BYTES_MAX);
        opened.open();
        return opened;
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            return files.sorted().toList();
        }
    }

    private long bytesOnDisk() throws IOException {
        long sum = 0;
        for (Path segment : segments()) {
            sum += Files.size(segment);
        }
        return sum;
    }
}
