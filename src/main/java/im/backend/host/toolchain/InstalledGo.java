package im.backend.host.toolchain;

import im.backend.host.SmallTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Go from the system, go.dev's archive in /usr/local/go, or {@code ~/sdk}. */
final class InstalledGo implements InstalledLanguage {
    private static final String ANSWER = "go version go";

    @Override
    public List<Path> candidates() {
        return new Candidates()
                .onPath("go")
                .below("/usr/local/go/bin", "go", "")
                .below("/usr/lib", "go-*", "bin/go")
                .below("~/sdk", "go*", "bin/go")
                .found();
    }

    @Override
    public Optional<Installation> ask(Path candidate) {
        return Candidates.named(candidate, ANSWER, program -> SmallTool.lines(List.of(program.toString(), "version")));
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        return installation.toolchain(Map.of("GOTOOLCHAIN", "local"), warning);
    }

    @Override
    public String remedy() {
        return "Install Go from https://go.dev/dl/ or with `apt install golang`.";
    }
}
