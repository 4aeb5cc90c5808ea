package im.backend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.config.SettingReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds the generated pages equal to the code that they describe. */
class DocumentationTest {
    private static final boolean UPDATE = Boolean.getBoolean("backendim.docs.update");

    @Test
    void theCommandReferenceIsUpToDate() throws IOException {
        hold(Path.of("docs/cli.md"), CommandReference.text());
    }

    @Test
    void theConfigurationReferenceIsUpToDate() throws IOException {
        hold(Path.of("docs/configuration.md"), SettingReference.text());
    }

    @Test
    void everyCommandIsInTheHelpAndHasAReadableSpec() {
        for (Verb verb : Verb.values()) {
            String usage = BackendCommand.syntax(verb).help();

            assertThat(Help.all()).contains("  " + verb.words());
            assertThat(usage).contains("Usage: backendim " + verb.words()).contains("--json");
        }
    }

    private static void hold(Path page, String expected) throws IOException {
        if (UPDATE) {
            Files.writeString(page, expected);
        }
        assertThat(Files.readString(page))
                .as(page + " (write it anew with -Dbackendim.docs.update=true)")
                .isEqualTo(expected);
    }
}
