package im.backend.scan.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every order is held against the one program whose word counts, on versions made at random. */
class VersionOracleTest {
    private static final int PAIRS = 4_000;
    private static final int PAIRS_OF_SLOW_ORACLE = 150;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(20_261_122);

    @TempDir
    private Path folder;

    /** Two versions that differ in little, since those are the ones that are hard. */
    private record Pair(String one, String other) {}

    @Test
    void pythonAgreesWithPackaging() throws Exception {
        List<Pair> pairs = pairs(this::pythonVersion);
        List<String> answers = ask(pairs, List.of("python3", "-c", """
            import sys
            try:
                from packaging.version import Version, InvalidVersion
            except ImportError:
                from pip._vendor.packaging.version import Version, InvalidVersion
            for line in sys.stdin:
                one, other = line.rstrip("\\n").split("\\t")
                try:
                    one, other = Version(one), Version(other)
                    print((one > other) - (one < other))
                except InvalidVersion:
                    print("none")
            """));

        compare(VersionOrder.PYTHON, pairs, answers);
    }

    @Test
    void semanticAgreesWithNpm() throws Exception {
        Path semver = Path.of("/usr/lib/node_modules/npm/node_modules/semver");
        assumeThat(semver).as("npm's semver is installed").isDirectory();
        List<Pair> pairs = pairs(this::semanticVersion);
        List<String> answers = ask(pairs, List.of("node", "-e", """
            const semver = require(process.argv[1]);
            const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n');
            for (const line of lines) {
              const [one, other] = line.split('\\t');
              console.log(semver.valid(one) && semver.valid(other) ? semver.compare(one, other) : 'none');
            }
            """, semver.toString()));

        compare(VersionOrder.SEMANTIC, pairs, answers);
    }

    @Test
    void mavenAgreesWithItsOwnComparableVersion() throws Exception {
        Path artifact = Path.of("/usr/share/maven/lib/maven-artifact-3.x.jar");
        Path lang = Path.of("/usr/share/java/commons-lang3.jar");
        assumeThat(artifact).as("Maven is installed").exists();
        List<Pair> pairs = pairs(this::mavenVersion);
        List<String> answers = new ArrayList<>();
        try (URLClassLoader maven = new URLClassLoader(
                new URL[] {artifact.toUri().toURL(), lang.toUri().toURL()},
                getClass().getClassLoader())) {
            Class<?> type = maven.loadClass("org.apache.maven.artifact.versioning.ComparableVersion");
            var make = type.getConstructor(String.class);
            var compare = type.getMethod("compareTo", type);
            for (Pair pair : pairs) {
                Object order = compare.invoke(make.newInstance(pair.one()), make.newInstance(pair.other()));
                answers.add(Integer.toString(Integer.signum((Integer) order)));
            }
        }

        compare(VersionOrder.MAVEN, pairs, answers);
    }

    @Test
    void debianAgreesWithDpkg() throws Exception {
        assumeThat(Path.of("/usr/bin/dpkg")).as("dpkg is installed").exists();
        List<Pair> pairs = pairs(this::debianVersion).subList(0, PAIRS_OF_SLOW_ORACLE);
        List<String> answers = new ArrayList<>();
        for (Pair pair : pairs) {
            answers.add(dpkgSays(pair, "lt") ? "-1" : dpkgSays(pair, "gt") ? "1" : "0");
        }

        compare(VersionOrder.DEBIAN, pairs, answers);
    }

    private static boolean dpkgSays(Pair pair, String relation) throws Exception {
        Process dpkg = new ProcessBuilder("dpkg", "--compare-versions", pair.one(), relation, pair.other())
                .redirectErrorStream(true)
                .start();
        assertThat(dpkg.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return dpkg.exitValue() == 0;
    }

    private static void compare(VersionOrder order, List<Pair> pairs, List<String> answers) {
        List<String> faults = new ArrayList<>();
        assertThat(answers).hasSameSizeAs(pairs);
        long compared = 0;
        for (int at = 0; at < pairs.size(); at++) {
            Pair pair = pairs.get(at);
            OptionalInt ours = order.compare(pair.one(), pair.other());
            if (!answers.get(at).equals("none")) {
                compared++;
                String told = ours.isPresent() ? Integer.toString(Integer.signum(ours.getAsInt())) : "none";
                if (!told.equals(answers.get(at))) {
                    faults.add(pair.one() + " and " + pair.other() + ": " + told + ", expected " + answers.get(at));
                }
            }
        }
        assertThat(faults).isEmpty();
        assertThat(compared).isGreaterThan(pairs.size() / 2);
    }

    private List<String> ask(List<Pair> pairs, List<String> command) throws IOException, InterruptedException {
        Path input = folder.resolve("pairs");
        Path output = folder.resolve("answers");
        Files.write(
                input,
                pairs.stream().map(pair -> pair.one() + "\t" + pair.other()).toList());
        Process oracle = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        boolean ended = oracle.waitFor(60, TimeUnit.SECONDS);
        oracle.destroyForcibly();
        assumeThat(ended && oracle.exitValue() == 0)
                .as("the oracle runs: " + Files.readString(folder.resolve("errors"), StandardCharsets.UTF_8))
                .isTrue();
        return Files.readAllLines(output);
    }

    private List<Pair> pairs(Supplier<String> versions) {
        List<Pair> pairs = new ArrayList<>();
        for (int at = 0; at < PAIRS; at++) {
            String one = versions.get();
            pairs.add(new Pair(one, random.nextInt(3) == 0 ? altered(one) : versions.get()));
        }
        return pairs;
    }

    /** One sign left out or doubled. */
    private String altered(String version) {
        int at = random.nextInt(version.length());
        return random.nextBoolean() && version.length() > 1
                ? version.substring(0, at) + version.substring(at + 1)
                : version.substring(0, at) + version.charAt(at) + version.substring(at);
    }

    private String pythonVersion() {
        return maybe(8, pick("0!", "1!"))
                + numbers(1, 4)
                + maybe(3, pick("a", "b", "rc", "c", ".beta", "-preview", "alpha") + maybe(2, number()))
                + maybe(4, pick(".post", "-", ".rev", "r") + number())
                + maybe(4, pick(".dev", "dev", "-dev") + maybe(2, number()))
                + maybe(6, "+" + pick("local", "ubuntu", "1", "abc.2", "2.abc", "10"));
    }

    private String semanticVersion() {
        return maybe(6, "v")
                + numbers(3, 3)
                + maybe(2, "-" + identifier() + maybe(2, "." + identifier()) + maybe(3, "." + identifier()))
                + maybe(5, "+" + pick("incompatible", "build.1"));
    }

    private String identifier() {
        return pick("alpha", "beta", "rc", "0", "1", "2", "10", "rc1", "x-y", "20230102150405", "-", "A");
    }

    private String mavenVersion() {
        StringBuilder version = new StringBuilder(numbers(1, 4));
        for (int more = random.nextInt(3); more > 0; more--) {
            version.append(pick(".", "-", "-", ""))
                    .append(pick(
                            "alpha",
                            "a",
                            "b",
                            "beta",
                            "m",
                            "M",
                            "rc",
                            "cr",
                            "CR",
                            "snapshot",
                            "SNAPSHOT",
                            "ga",
                            "Final",
                            "RELEASE",
                            "sp",
                            "jre",
                            "android",
                            "x",
                            "0",
                            "1",
                            "20"))
                    .append(maybe(2, pick("", ".", "-") + number()));
        }
        return version.toString();
    }

    private String debianVersion() {
        return maybe(4, pick("0:", "1:", "2:"))
                + numbers(1, 3)
                + maybe(3, pick("~rc1", "+dfsg", "a", "b", "~", "+git2023", ".z", "~~", "+"))
                + maybe(2, "-" + number() + maybe(2, pick("~deb12u", "+b", "ubuntu", ".") + number()));
    }

    private String numbers(int min, int max) {
        int count = min + random.nextInt(max - min + 1);
        List<String> numbers = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            numbers.add(number());
        }
        return String.join(".", numbers);
    }

    private String number() {
        return pick("0", "0", "1", "1", "2", "9", "10", "11", "123456789012345");
    }

    private String maybe(int oneIn, String text) {
        return random.nextInt(oneIn) == 0 ? text : "";
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
