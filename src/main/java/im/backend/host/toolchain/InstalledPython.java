package im.backend.host.toolchain;

import im.backend.host.Bind;
import im.backend.host.SmallTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CPython from the system, pyenv, uv or /usr/local. Start commands say {@code python} or {@code python3} whatever the
 * host calls it, so each version gets a folder of links with these names.
 */
final class InstalledPython implements InstalledLanguage {
    private static final List<Integer> OLDEST = List.of(3, 8);
    private static final String WHO =
            "import sys,platform;print(platform.python_version());print(sys.base_prefix);print(sys.executable)";

    private final Path links;

    InstalledPython(Path folder) {
        this.links = folder;
    }

    @Override
    public List<Path> candidates() {
        return new Candidates()
                .onPath("python3")
                // Not python3.12-config and its like.
                .below("/usr/bin", "python3.{[0-9],[0-9][0-9]}", "")
                .below("/usr/local/bin", "python3.{[0-9],[0-9][0-9]}", "")
                .below("~/.pyenv/versions", "3.*", "bin/python3")
                .below("~/.local/share/uv/python", "cpython-3*", "bin/python3")
                .found();
    }

    /** A shim of a version manager takes ten times as long as the interpreter that it finds. */
    @Override
    public Optional<Installation> ask(Path candidate) {
        List<String> answer = SmallTool.lines(List.of(candidate.toString(), "-ISc", WHO));
        if (answer.size() < 3) {
            return Optional.empty();
        }
        try {
            Installation found = new Installation(
                    answer.get(0),
                    Path.of(answer.get(1)),
                    Path.of(answer.get(2)).toRealPath());
            return Optional.of(found).filter(one -> Installation.compare(one.numbers(), OLDEST) >= 0);
        } catch (IOException vanished) {
            return Optional.empty();
        }
    }

    @Override
    public Toolchain toolchain(Installation installation, Optional<String> warning) {
        Path names = links.resolve("python-" + installation.version());
        String minor = "python" + installation.numbers().get(0) + "."
                + installation.numbers().get(1);
        try {
            Files.createDirectories(names);
            for (String name : List.of("python", "python3", minor)) {
                link(names.resolve(name), installation.program());
            }
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
        List<Bind> binds = new ArrayList<>(installation.binds());
        binds.add(Bind.same(names, Bind.Access.READ_ONLY));
        return new Toolchain(
                installation.version(),
                binds,
                List.of(names.toAbsolutePath(), installation.prefix().resolve("bin")),
                Map.of(),
                warning);
    }

    private static void link(Path link, Path target) throws IOException {
        if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(target)) {
            return;
        }
        try {
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, target);
        } catch (FileAlreadyExistsException madeMeanwhile) {
            return;
        }
    }

    @Override
    public String remedy() {
        return "Install Python 3, as with `apt install python3 python3-pip`, `pyenv install 3.12` or `uv python"
                + " install`.";
    }
}
