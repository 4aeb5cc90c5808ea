package im.backend.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Go from the system, go.dev's archive in /usr/local/go, or {@code ~/sdk}. */
final class InstalledGo implements InstalledLanguage {
    private static final String ANSWER = "go version go";

    @Override
    public List<Path> candidates() {
        List<Path> candidates = new ArrayList<>();
        Candidates.onPath("go").ifPresent(candidates::add);
        candidates.addAll(Candidates.below(Path.of("/usr/local/go/bin"), "go", ""));
        candidates.addAll(Candidates.below(Path.of("/usr/lib"), "go-*", "bin/go"));
        candidates.addAll(Candidates.below(Candidates.home().resolve("sdk"), "go*", "bin/go"));
        return candidates;
    }

    /** {@code go version go1.24.1 linux/amd64}; GOROOT is two folders above the real program. */
    @Override
    public Optional<Installation> ask(Path candidate) {
        try {
            Path program = candidate.toRealPath();
            return Candidates.ask(List.of(program.toString(), "version")).stream()
                    .filter(line -> line.startsWith(ANSWER))
                    .map(line -> line.substring(ANSWER.length()).split(" ")[0])
                    .map(version -> Installation.around(version, program))
                    .findFirst();
        } catch (IOException vanished) {
            return Optional.empty();
        }
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        return new Toolchain(
                installation.version(),
                installation.binds(),
                List.of(installation.programFolder()),
                Map.of("GOTOOLCHAIN", "local"),
                warning);
    }

    @Override
    public String remedy() {
        return "Install Go from https://go.dev/dl/ or with `apt install golang`.";
    }
}
