package im.backend.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Node.js from the system, nvm, volta, asdf or fnm. */
final class InstalledNode implements InstalledLanguage {
    private static final String WHO = "console.log(process.versions.node);console.log(process.execPath)";

    @Override
    public List<Path> candidates() {
        Path home = Candidates.home();
        List<Path> candidates = new ArrayList<>();
        Candidates.onPath("node").ifPresent(candidates::add);
        candidates.addAll(Candidates.below(Path.of("/usr/local/bin"), "node", ""));
        candidates.addAll(Candidates.below(Path.of("/usr/bin"), "node", ""));
        candidates.addAll(Candidates.below(home.resolve(".nvm/versions/node"), "v*", "bin/node"));
        candidates.addAll(Candidates.below(home.resolve(".volta/tools/image/node"), "*", "bin/node"));
        candidates.addAll(Candidates.below(home.resolve(".asdf/installs/nodejs"), "*", "bin/node"));
        candidates.addAll(
                Candidates.below(home.resolve(".local/share/fnm/node-versions"), "v*", "installation/bin/node"));
        return candidates;
    }

    @Override
    public Optional<Installation> ask(Path candidate) {
        List<String> answer = Candidates.ask(List.of(candidate.toString(), "-e", WHO));
        if (answer.size() < 2) {
            return Optional.empty();
        }
        return Optional.of(Installation.around(answer.get(0), Path.of(answer.get(1))));
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        return new Toolchain(
                installation.version(), installation.binds(), List.of(installation.programFolder()), Map.of(), warning);
    }

    @Override
    public String remedy() {
        return "Install Node.js, as with `apt install nodejs npm` or `nvm install 22`.";
    }
}
