package im.backend.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.Schedule;
import im.backend.domain.SecretName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManifestWriterTest {
    @Test
    void theDefaultsComeBack() {
        assertThat(ManifestReader.readWritten(ManifestWriter.write(AppManifest.defaults())))
                .isEqualTo(AppManifest.defaults());
    }

    @Test
    void everyFieldComesBack() {
        AppManifest manifest = new AppManifest(
                Optional.of(new ProjectName("null")),
                Optional.of(RuntimeSpec.parse("python:3.12")),
                Optional.of(Command.parse("uvicorn main:app --port \"$PORT\" --x 'a # b: \\'")),
                new TreeMap<>(Map.of(
                        new EnvName("NULL"), new EnvValue.Literal("~"),
                        new EnvName("NO"), new EnvValue.Literal("yes: \"no\" # \\ {a}\n\ttwo lines \u0007 é 🚀"),
                        new EnvName("KEY"), new EnvValue.Secret(new SecretName("key")))),
                new TreeSet<>(List.of(new SecretName("key"))),
                new AppManifest.Resources((512L << 20) + 1, 333),
                new AppManifest.Scaling(2, 7),
                Optional.of(9000),
                new HealthCheck(
                        Optional.of("/a?b=c&d"),
                        Duration.ofMillis(50),
                        Duration.ofMillis(1500),
                        Duration.ofSeconds(3),
                        Duration.ofMinutes(15)),
                Optional.of(Command.ofWords(List.of("sh", "-c", "a && b > 'c d'", ""))),
                new TreeMap<>(Map.of("worker", Command.parse("celery worker"))),
                List.of(
                        new AppManifest.CronEntry(
                                "on",
                                new Schedule("*/5 1-3 * JAN,DEC *"),
                                Command.ofWords(List.of("sh", "-c", "a && b", "")),
                                Duration.ofMillis(1500)),
                        new AppManifest.CronEntry(
                                "job-2", new Schedule("@daily"), Command.parse("run '# b'"), Duration.ofHours(24))),
                List.of(
                        new VolumeClaim("data", "/data", 3L << 30, false),
                        new VolumeClaim("true", "/x", 1500000, true)),
                new AppManifest.Build(
                        Optional.of(Command.parse("make")),
                        List.of("*.psd", "- [x]: #"),
                        Optional.of("deploy/Dockerfile # 2"),
                        new TreeMap<>(Map.of("NO", "yes: \"no\"", "VERSION", "1.10"))),
                Optional.of(Command.parse("pytest")),
                new AppManifest.Rollout(Optional.of(AppManifest.Strategy.BLUE_GREEN), Duration.ofMillis(2500)));

        assertThat(ManifestReader.readWritten(ManifestWriter.write(manifest))).isEqualTo(manifest);
    }

    @Test
    void aReleaseMayHoldMoreThanAFile() {
        AppManifest manifest = AppManifest.defaults()
                .withEnv(IntStream.range(0, 400)
                        .boxed()
                        .collect(Collectors.toMap(
                                i -> new EnvName("A" + i), i -> new EnvValue.Literal("x".repeat(1_000)))));

        assertThat(ManifestReader.readWritten(ManifestWriter.write(manifest))).isEqualTo(manifest);
    }

    @Test
    void anyTextOfAnEnvValueComesBack() {
        Random random = new Random(20_261_122L);
        for (int round = 0; round < 2_000; round++) {
            String text = anyText(random);
            AppManifest manifest = AppManifest.defaults().withEnv(Map.of(new EnvName("A"), new EnvValue.Literal(text)));

            assertThat(ManifestReader.readWritten(ManifestWriter.write(manifest)))
                    .isEqualTo(manifest);
        }
    }

    /** Up to 30 code points: what YAML gives a meaning to, controls, and all of Unicode but NUL and lone surrogates. */
    private static String anyText(Random random) {
        String special = ": #'\"\\\n\r\t|>-?!&*%@`{}[],~=<\u0001\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffe";
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(30);
        while (text.codePointCount(0, text.length()) < length) {
            int point = switch (random.nextInt(4)) {
                case 0 -> special.charAt(random.nextInt(special.length()));
                case 1 -> random.nextInt(1, 0x80);
                case 2 -> random.nextInt(1, Character.MIN_SURROGATE);
                default -> random.nextInt(Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT + 1);
            };
            text.appendCodePoint(point);
        }
        return text.toString();
    }
}
