package im.backend.build.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlReaderTest {
    @Test
    void everyKindOfValueIsRead() {
        Map<String, Object> read = TomlReader.read("""
            # head
            title = "a \\"b\\" \\u00e9\\n"
            literal = 'C:\\path'
            number = 1_000
            flag = true
            "quoted key".below = 1979-05-27T07:32:00Z
            text = \"""
            two
            lines\"""
            list = [ 1, "two", # three
              [3], ]
            inline = { a = 1, b.c = "d" }
            [table]
            key = 'x' # tail
            [table.below]
            key = 'y'
            [[many]]
            n = 1
            [[many]]
            n = 2
            [many.inner]
            deep = true
            """);

        assertThat(read)
                .containsEntry("title", "a \"b\" é\n")
                .containsEntry("literal", "C:\\path")
                .containsEntry("number", "1_000")
                .containsEntry("flag", true)
                .containsEntry("quoted key", Map.of("below", "1979-05-27T07:32:00Z"))
                .containsEntry("text", "two\nlines")
                .containsEntry("list", List.of("1", "two", List.of("3")))
                .containsEntry("inline", Map.of("a", "1", "b", Map.of("c", "d")))
                .containsEntry("table", Map.of("key", "x", "below", Map.of("key", "y")))
                .containsEntry("many", List.of(Map.of("n", "1"), Map.of("n", "2", "inner", Map.of("deep", true))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = ",
                "a = \"x",
                "a",
                "= 1",
                "[a",
                "a = [1",
                "a = {b = 1",
                "a = 1\na = 2",
                "a = 1\n[a]\nb = 2",
                "a = \"\\q\"",
                "a = \"\\ud800x",
                "a = \"\\uZZZZ\"",
                "a = \"\\U00110000\"",
                "x = 'a' b = 1",
                "[[a]]\n[a.b]\n[[a.b]]"
            })
    void whatIsNotTomlIsRefusedWithItsLine(String text) {
        assertThatThrownBy(() -> TomlReader.read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("line ");
    }

    @Test
    void nestingIsBounded() {
        assertThatThrownBy(() -> TomlReader.read("a = " + "[".repeat(100_000)))
                .hasMessageContaining("nested too deeply");
    }
}
