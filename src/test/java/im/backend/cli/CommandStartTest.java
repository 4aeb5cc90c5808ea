package im.backend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts what makes a start slow, in a process of its own: milliseconds would say nothing on a busy machine. */
class CommandStartTest {
    @TempDir
    Path folder;

    @Test
    void aCommandReadsNoAnnotationsAndLooksForNoOtherLanguage() throws Exception {
        Path log = folder.resolve("classes");
        Process command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:class+init=info,class+load=info:file=" + log + ":none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "deploy",
                        "--help")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();

        assertThat(command.waitFor()).isZero();

        List<String> classes = Files.readAllLines(log);
        assertThat(classes).anyMatch(line -> line.contains("Initializing 'picocli/CommandLine'"));
        assertThat(classes)
                .noneMatch(line -> line.contains("$Proxy"))
                .noneMatch(line -> line.contains("Initializing 'picocli/CommandLine$DefaultFactory'"));
    }
}
