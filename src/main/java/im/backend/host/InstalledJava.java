package im.backend.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The JDK that runs this server, and others in /usr/lib/jvm, SDKMAN or asdf. No JDK is started to ask it. */
final class InstalledJava implements InstalledLanguage {
    private static final String KEY = "JAVA_VERSION=";

    @Override
    public List<Path> candidates() {
        List<Path> candidates = new ArrayList<>();
        candidates.add(Path.of(System.getProperty("java.home"), "bin/java"));
        candidates.addAll(Candidates.below(Path.of("/usr/lib/jvm"), "*", "bin/java"));
        candidates.addAll(Candidates.below(Candidates.home().resolve(".sdkman/candidates/java"), "*", "bin/java"));
        candidates.addAll(Candidates.below(Candidates.home().resolve(".asdf/installs/java"), "*", "bin/java"));
        return candidates;
    }

    /** From the file that every JDK has, without starting it. */
    @Override
    public Optional<Installation> ask(Path candidate) {
        try {
            Path program = candidate.toRealPath();
            Installation unnamed = Installation.around("", program);
            return Files.readAllLines(unnamed.prefix().resolve("release")).stream()
                    .filter(line -> line.startsWith(KEY))
                    .map(line -> line.substring(KEY.length()).replace("\"", ""))
                    .map(version -> Installation.around(version, program))
                    .findFirst();
        } catch (IOException notAJdk) {
            return Optional.empty();
        }
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        return new Toolchain(
                installation.version(),
                installation.binds(),
                List.of(installation.programFolder()),
                Map.of("JAVA_HOME", installation.prefix().toString()),
                warning);
    }

    @Override
    public String remedy() {
        return "Install a JDK, as with `apt install openjdk-21-jdk-headless`.";
    }
}
