package im.backend.host.toolchain;

import im.backend.host.SmallTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Node.js from the system, nvm, volta, asdf or fnm. */
final class InstalledNode implements InstalledLanguage {
    private static final String WHO = "console.log(process.versions.node);console.log(process.execPath)";

    @Override
    public List<Path> candidates() {
        return new Candidates()
                .onPath("node")
                .below("/usr/local/bin", "node", "")
                .below("/usr/bin", "node", "")
                .below("~/.nvm/versions/node", "v*", "bin/node")
                .below("~/.volta/tools/image/node", "*", "bin/node")
                .below("~/.asdf/installs/nodejs", "*", "bin/node")
                .below("~/.local/share/fnm/node-versions", "v*", "installation/bin/node")
                .found();
    }

    @Override
    public Optional<Installation> ask(Path candidate) {
        List<String> answer = SmallTool.lines(List.of(candidate.toString(), "-e", WHO));
        if (answer.size() < 2) {
            return Optional.empty();
        }
        return Optional.of(Installation.around(answer.get(0), Path.of(answer.get(1))));
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        return installation.toolchain(Map.of(), warning);
    }

    @Override
    public String remedy() {
        return "Install Node.js, as with `apt install nodejs npm` or `nvm install 22`.";
    }
}
