package im.backend.host.toolchain;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The JDK that runs this server, and others in /usr/lib/jvm, SDKMAN or asdf. No JDK is started to ask it. */
final class InstalledJava implements InstalledLanguage {
    private static final String KEY = "JAVA_VERSION=";

    @Override
    public List<Path> candidates() {
        return new Candidates()
                .at(Path.of(System.getProperty("java.home"), "bin/java"))
                .below("/usr/lib/jvm", "*", "bin/java")
                .below("~/.sdkman/candidates/java", "*", "bin/java")
                .below("~/.asdf/installs/java", "*", "bin/java")
                .found();
    }

    /** From the file that every JDK has, without starting it. */
    @Override
    public Optional<Installation> ask(Path candidate) {
        return Candidates.named(
                candidate,
                KEY,
                program -> Files.readAllLines(
                        Installation.around("", program).prefix().resolve("release")));
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        return installation.toolchain(Map.of("JAVA_HOME", installation.prefix().toString()), warning);
    }

    @Override
    public String remedy() {
        return "Install a JDK, as with `apt install openjdk-21-jdk-headless`.";
    }
}
