package im.backend.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammars of everything that has a name: what passes, what does not, and how the refusal is worded. */
final class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "my-api", "a1-b2-c3", "x0"})
    void aProjectNameIsADnsLabel(String name) {
        assertThat(new ProjectName(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A",
                "My-Api",
                "-a",
                "a-",
                "a--b",
                "1a",
                "a_b",
                "a.b",
                "a b",
                "a/b",
                "ä",
                "🚀",
                "a\n",
                "..",
                "'; DROP TABLE",
                "--upload-pack=x"
            })
    void otherProjectNamesAreRefused(String name) {
        assertRefused(ProjectName::new, name, Problem.Invalid.class, "validation");
    }

    @Test
    void aProjectNameHasAtMostFortyCharacters() {
        assertThat(new ProjectName("a".repeat(40)).value()).hasSize(40);
        assertRefused(ProjectName::new, "a".repeat(41), Problem.Invalid.class, "validation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Admin", "a-b", "1a", "a.b", "root ", "aaaaaaaaaaaaaaaaaaaaa"})
    void otherUserNamesAreRefused(String name) {
        assertRefused(UserName::new, name, Problem.Invalid.class, "validation");
    }

    @Test
    void aProjectIdIsItsOwnerAndItsName() {
        ProjectId id = ProjectId.of(new UserName("bob"), new ProjectName("my-api-2"));

        assertThat(id).isEqualTo(new ProjectId("bob-my-api-2"));
        assertThat(id.owner()).isEqualTo(new UserName("bob"));
        assertThat(id.name()).isEqualTo(new ProjectName("my-api-2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "admin", "admin-", "-api", "admin-API", "admin-my_api", "admin-../x", "admin-a/b", "Admin-a"
            })
    void whatIsNoProjectIdIsNotFound(String id) {
        assertRefused(ProjectId::new, id, Problem.NotFound.class, "not-found");
    }

    @Test
    void aReleaseNameFitsADnsLabel() {
        ProjectId longest = new ProjectId("a".repeat(20) + "-" + "b".repeat(29));
        ReleaseName name = new ReleaseName(longest, new CommitHash("0123456789abcdef".repeat(2) + "01234567"));

        assertThat(name.toString()).hasSize(63).endsWith("-0123456789ab");
        assertThatThrownBy(() -> ProjectId.of(new UserName("a".repeat(20)), new ProjectName("b".repeat(30))))
                .hasMessageContaining("Choose a shorter name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "_x", "DATABASE_URL", "lower", "A1"})
    void anEnvNameIsAnIdentifier(String name) {
        assertThat(new EnvName(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1A",
                "A-B",
                "A B",
                "A=B",
                "Ä",
                "A\0",
                "PORT",
                "HOST",
                "DATA_DIR",
                "HOME",
                "BACKENDIM_URL",
                "LD_PRELOAD",
                "LD_X",
                "BASH_ENV",
                "MALLOC_CHECK_",
                "GLIBC_TUNABLES",
                "IFS"
            })
    void otherEnvNamesAreRefused(String name) {
        assertRefused(EnvName::new, name, Problem.Invalid.class, "env-invalid");
    }

    @Test
    void anEnvValueIsTextOrASecretsName() {
        assertThat(EnvValue.parse("a=b")).isEqualTo(new EnvValue.Literal("a=b"));
        assertThat(EnvValue.parse("")).isEqualTo(new EnvValue.Literal(""));
        assertThat(EnvValue.parse("secret:db_url")).isEqualTo(new EnvValue.Secret(new SecretName("db_url")));
        assertRefused(EnvValue::parse, "secret:", Problem.Invalid.class, "secret-invalid");
        assertRefused(EnvValue::parse, "secret:a b", Problem.Invalid.class, "secret-invalid");
        assertRefused(EnvValue::parse, "a\0b", Problem.Invalid.class, "env-invalid");
        assertRefused(EnvValue::parse, "x".repeat(EnvValue.BYTES_MAX + 1), Problem.Invalid.class, "env-invalid");
        assertRefused(EnvValue::parse, "ü".repeat(EnvValue.BYTES_MAX / 2 + 1), Problem.Invalid.class, "env-invalid");
    }

    @Test
    void aSecretValueHidesItself() {
        assertThat(new SecretValue("hunter2").toString()).doesNotContain("hunter2");
        assertThat(new SecretValue("x".repeat(SecretValue.BYTES_MAX)).reveal()).hasSize(SecretValue.BYTES_MAX);
        assertRefused(
                SecretValue::new, "x".repeat(SecretValue.BYTES_MAX + 1), Problem.TooLarge.class, "secret-invalid");
        assertRefused(SecretValue::new, "a\0", Problem.Invalid.class, "secret-invalid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "abc", "ABCDEF0123456789abcdef0123456789abcdef01", "0123456789abcdef0123456789abcdef0123456g"
            })
    void whatIsNoCommitHashIsUnknown(String hash) {
        assertRefused(CommitHash::new, hash, Problem.NotFound.class, "commit-unknown");
    }

    @Test
    void aVersionIsWrittenWithOrWithoutV() {
        assertThat(ReleaseVersion.parse("v12"))
                .isEqualTo(ReleaseVersion.parse("12"))
                .hasToString("v12");
        for (String wrong : new String[] {"", "v", "0", "v0", "-1", "1.0", "v01", "9999999999", "latest"}) {
            assertRefused(ReleaseVersion::parse, wrong, Problem.Malformed.class, "bad-parameter");
        }
    }

    @Test
    void aDeploymentIdIsACanonicalUuid() {
        assertThat(DeploymentId.parse("123e4567-e89b-12d3-a456-426614174000").toString())
                .isEqualTo("123e4567-e89b-12d3-a456-426614174000");
        for (String wrong : new String[] {"", "x", "1-1-1-1-1", "123E4567-E89B-12D3-A456-426614174000"}) {
            assertRefused(DeploymentId::parse, wrong, Problem.NotFound.class, "not-found");
        }
    }

    @Test
    void freshDeploymentIdsSortByTime() {
        RandomGenerator random = new Random(20261122);
        Instant start = Instant.parse("2026-11-22T05:00:00Z");
        List<String> ids = IntStream.range(0, 100)
                .mapToObj(i -> DeploymentId.at(start.plusMillis(i), random).toString())
                .toList();

        assertThat(ids).isSorted().doesNotHaveDuplicates();
        UUID fresh = UUID.fromString(ids.getFirst());
        assertThat(fresh.version()).isEqualTo(7);
        assertThat(fresh.variant()).isEqualTo(2);
        assertThat(fresh.getMostSignificantBits() >>> 16).isEqualTo(start.toEpochMilli());
    }

    @Test
    void freshDeploymentIdsOfOneMomentDiffer() {
        RandomGenerator random = new Random(20261122);
        Instant now = Instant.parse("2026-11-22T05:00:00Z");

        assertThat(Stream.generate(() -> DeploymentId.at(now, random)).limit(1000))
                .doesNotHaveDuplicates();
    }

    @Test
    void aRuntimeIsALanguageAndAVersion() {
        assertThat(RuntimeSpec.parse("python:3.12")).hasToString("python:3.12");
        assertThat(RuntimeSpec.parse("go"))
                .isEqualTo(RuntimeSpec.any(RuntimeSpec.Language.GO))
                .hasToString("go");
        for (String wrong :
                new String[] {"", "ruby", "Python", "python:", "python:3.x", "python:3.1.2.4", "python 3", ":3"}) {
            assertRefused(RuntimeSpec::parse, wrong, Problem.Invalid.class, "config-invalid");
        }
    }

    @Test
    void aHostnameIsCanonical() {
        assertThat(Hostname.parse("Shop.LOCALHOST.")).isEqualTo(new Hostname("shop.localhost"));
        for (String wrong :
                new String[] {"", ".", "a..b", "-a.b", "a-.b", "a_b", "a b", "a:80", "*.a", "ü.de", "a".repeat(64)}) {
            assertRefused(Hostname::parse, wrong, Problem.Invalid.class, "domain-invalid");
        }
    }

    @Test
    void aDigestIsSha256() {
        assertThat(Digest.ofSha256Hex("ab".repeat(32)).hex()).isEqualTo("ab".repeat(32));
        assertThatIllegalArgumentException().isThrownBy(() -> new Digest("sha512:" + "ab".repeat(32)));
        assertThatIllegalArgumentException().isThrownBy(() -> Digest.ofSha256Hex("AB".repeat(32)));
    }

    @Test
    void aQuotedValueIsBoundedAndOnOneLine() {
        assertThat(Quoted.of("a\nb\u001b[0m")).isEqualTo("\"a?b?[0m\"");
        assertThat(Quoted.of("x".repeat(1000)).length()).isLessThan(90);
    }

    private static void assertRefused(
            Function<String, ?> parser, String text, Class<? extends Problem> kind, String slug) {
        assertThatThrownBy(() -> parser.apply(text)).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(kind);
            assertThat(refused.problem().slug()).isEqualTo(slug);
            assertThat(refused.problem().detail()).isNotBlank();
        });
    }
}
