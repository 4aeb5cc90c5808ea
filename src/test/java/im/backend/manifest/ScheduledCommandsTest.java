package im.backend.manifest;

import static im.backend.manifest.Manifests.parse;
import static im.backend.manifest.Manifests.refused;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.CronEntry;
import im.backend.domain.Command;
import im.backend.domain.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduledCommandsTest {
    @Test
    void scheduledCommandsAreRead() {
        AppManifest manifest = parse("""
            cron:
              - {schedule: "*/5 * * * *", command: "python report.py --all", name: report, timeout: 30m}
              - schedule: "@daily"
                command: [sh, -c, "a && b"]
            """);

        assertThat(manifest.cron())
                .containsExactly(
                        new CronEntry(
                                "report",
                                new Schedule("*/5 * * * *"),
                                Command.parse("python report.py --all"),
                                Duration.ofMinutes(30)),
                        new CronEntry(
                                "job-2",
                                new Schedule("@daily"),
                                Command.ofWords(List.of("sh", "-c", "a && b")),
                                CronEntry.TIMEOUT_DEFAULT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {schedule: "61 * * * *", command: a}        | 1:19: cron.schedule: minute "61" (expected: 0 to 59)
        {schedule: "* * *", command: a}             | 1:19: cron.schedule: "* * *" has 3 fields (expected: 5, which
        {schedule: "@daily", command: a, comand: a} | 1:41: cron: unknown key "comand" (did you mean command?)
        {command: a}                                | 1:8: cron: no schedule (expected: one, as in "*/5 * * * *"
        {schedule: "@daily"}                        | 1:8: cron: no command (expected: one, as in python report.py)
        {schedule: "@daily", command: a && b}       | 1:38: cron.command:
        {schedule: "@daily", command: a, name: A_B} | 1:47: cron.name: "A_B" (expected: lower-case letters, digits
        {schedule: "@daily", command: a, timeout: 2}| 1:50: cron.timeout: "2" (expected: 1s to 24h, as in 30m)
        a                                           | 1:8: cron: a single value (expected: a mapping {schedule
        """)
    void aFaultOfAScheduledCommandIsToldWithItsPlace(String entry, String message) {
        assertThat(refused("cron: [" + entry + "]").detail()).startsWith("backend.yml " + message);
    }

    @Test
    void scheduledCommandsHaveANameEachAndALimit() {
        String one = "{schedule: \"@daily\", command: a}";
        String twice = "cron: [" + one + ", {schedule: \"@daily\", command: a, name: job-1}]";

        assertThat(refused(twice).detail()).contains("two entries are named job-1 (expected: a name each)");
        assertThat(parse("cron: [" + (one + ",").repeat(20) + "]").cron()).hasSize(20);
        assertThat(refused("cron: [" + (one + ",").repeat(21) + "]").detail())
                .contains("cron: 21 entries (expected: <= 20)");
        assertThat(refused("cron: {schedule: \"@daily\", command: a}").detail())
                .contains("cron: a mapping (expected: a list of {schedule, command})");
    }

    @Test
    void aScheduleWithoutQuotesIsNoYamlAndTheFaultSaysSo() {
        for (String schedule : List.of("*/5 * * * *", "* * * * *", "@daily")) {
            assertThat(refused("cron:\n  - schedule: " + schedule + "\n    command: a\n")
                            .detail())
                    .startsWith("backend.yml 2:1")
                    .contains("(expected: quotes around text that begins with it");
        }
    }

    @Test
    void scheduledCommandsOfAnAppJsonAreReadAndThoseOfABackendYmlReplaceThem(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("app.json"), """
            {"cron": [{"schedule": "@hourly", "command": "python a.py", "maintenance": "false"}]}
            """);

        assertThat(ManifestReader.read(folder).cron())
                .containsExactly(new CronEntry(
                        "job-1", new Schedule("@hourly"), Command.parse("python a.py"), CronEntry.TIMEOUT_DEFAULT));

        Files.writeString(folder.resolve("backend.yml"), "cron: []\n");
        assertThat(ManifestReader.read(folder).cron()).isEmpty();
    }
}
