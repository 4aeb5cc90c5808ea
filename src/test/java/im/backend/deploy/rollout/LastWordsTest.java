package im.backend.deploy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastWordsTest {
    @Test
    void aVariableThatPythonDidNotFindIsNamedWithTheCommandThatSetsIt() {
        LastWords words = LastWords.of(List.of(
                        "  File \"/app/shop/settings.py\", line 4, in <module>",
                        "    SECRET_KEY = os.environ[\"SECRET_KEY\"]",
                        "                 ~~~~~~~~~~^^^^^^^^^^^^^^",
                        "  File \"<frozen os>\", line 679, in __getitem__",
                        "KeyError: 'SECRET_KEY'",
                        "[2] [ERROR] Reason: Worker failed to boot."))
                .orElseThrow();

        assertThat(words.slug()).isEqualTo("missing-variable");
        assertThat(words.because()).isEqualTo("the environment variable SECRET_KEY is not set");
        assertThat(words.fix()).contains("backendim env set SECRET_KEY=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "django.core.exceptions.ImproperlyConfigured: Set the DATABASE_URL environment variable",
                "decouple.UndefinedValueError: DATABASE_URL not found. Declare it as envvar or define a default value.",
                "Error: DATABASE_URL is not set",
                "panic: DATABASE_URL environment variable not set",
                "Error: Missing required environment variable: DATABASE_URL",
                "Error: Environment variable \"DATABASE_URL\" is missing",
                "DATABASE_URL must be set"
            })
    void frameworksAndProgramsSayManyWaysThatAVariableIsMissing(String line) {
        assertThat(LastWords.of(List.of(line)).orElseThrow().because())
                .isEqualTo("the environment variable DATABASE_URL is not set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "KeyError: 'NAME'",
                "ValueError: NAME is required",
                "Traceback (most recent call last):",
                "listening, all environment variables are set"
            })
    void whatMayMeanSomethingElseIsNotExplained(String line) {
        assertThat(LastWords.of(List.of(line))).isEmpty();
    }
}
