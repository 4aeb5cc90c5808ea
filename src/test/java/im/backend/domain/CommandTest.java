package im.backend.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import im.backend.problem.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PORT", "8080", "TEXT", "a b \"c\" $PORT", "EMPTY", "");

    static Stream<Arguments> commands() {
        return Stream.of(
                arguments("python app.py", List.of("python", "app.py")),
                arguments("  spaced \t out  ", List.of("spaced", "out")),
                arguments("run --port $PORT", List.of("run", "--port", "8080")),
                arguments("run --port=${PORT}x", List.of("run", "--port=8080x")),
                arguments("run $PORTx", List.of("run", "")),
                arguments("run $UNKNOWN end", List.of("run", "", "end")),
                arguments("run $EMPTY", List.of("run", "")),
                arguments("run $TEXT", List.of("run", "a b \"c\" $PORT")),
                arguments("run '$PORT'", List.of("run", "$PORT")),
                arguments("run \"on $PORT\"", List.of("run", "on 8080")),
                arguments("run \\$PORT", List.of("run", "$PORT")),
                arguments("run \"\\$PORT \\\"x\\\" \\\\ \\n\"", List.of("run", "$PORT \"x\" \\ \\n")),
                arguments("run a' b 'c\" d \"e", List.of("run", "a b c d e")),
                arguments("run ''", List.of("run", "")),
                arguments("run \"\"", List.of("run", "")),
                arguments("run a\\ b", List.of("run", "a b")),
                arguments("run it\\'s", List.of("run", "it's")),
                arguments("sh -c 'a && b | c'", List.of("sh", "-c", "a && b | c")),
                arguments("run \"a;b\"", List.of("run", "a;b")),
                arguments("run $ 5$ $1", List.of("run", "$", "5$", "$1")),
                arguments("run *.py ~", List.of("run", "*.py", "~")),
                arguments("run --set=A=b", List.of("run", "--set=A=b")),
                arguments("run ünï🚀", List.of("run", "ünï🚀")),
                arguments("run \\", List.of("run", "\\")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandIsSplitAsAShellWould(String text, List<String> expected) {
        assertThat(Command.parse(text).resolve(ENVIRONMENT)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a && b",
                "a | b",
                "a; b",
                "a > b",
                "a < b",
                "a `b`",
                "a $(b)",
                "a & ",
                "run \"$(date)\"",
                "run \"`date`\"",
                "a ||b",
                "a 2>&1"
            })
    void aShellOperatorIsRefusedWithTheRemedy(String text) {
        assertThatThrownBy(() -> Command.parse(text))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("config-invalid")
                .hasMessageContaining("sh -c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "  ", "a\nb", "a\0b", "run 'a", "run \"a", "run \"a\\\"", "NODE_ENV=production node x.js"})
    void whatIsNoCommandIsRefused(String text) {
        assertThatThrownBy(() -> Command.parse(text)).hasMessageContaining("config-invalid");
    }

    @Test
    void theLengthIsLimited() {
        assertThat(Command.parse("x".repeat(Command.LENGTH_MAX)).words()).hasSize(1);
        assertThatThrownBy(() -> Command.parse("x".repeat(Command.LENGTH_MAX + 1)))
                .hasMessageContaining("config-invalid");
    }

    @Test
    void argumentsStayArguments() {
        Command command = Command.ofWords(List.of("/bin/app", "a b", "&&", "$PORT", "it's"));

        assertThat(command.resolve(ENVIRONMENT)).containsExactly("/bin/app", "a b", "&&", "8080", "it's");
    }
}
