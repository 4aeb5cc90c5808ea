package im.backend.host;

import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a program runs on a host without a sandbox: in the real folders, with the paths that it is given rewritten to
 * them. A read-only folder with binds below it is copied, since nothing can be mounted into it; hard links would let an
 * app of the server's own user change the original.
 */
final class UnsandboxedPlace {
    private final Path copies;

    UnsandboxedPlace(Path folder) {
        this.copies = folder.resolve("copies");
    }

    Path folder() {
        return copies;
    }

    void remove(String id) throws IOException {
        new FileTree(copies.resolve(id)).delete();
    }

    Launch place(Launch launch) throws IOException {
        List<Bind> real = realFolders(launch);
        PathRewriting rewriting = new PathRewriting(real);
        Map<String, String> environment = new LinkedHashMap<>();
        launch.environment().forEach((name, value) -> environment.put(name, rewriting.apply(value)));
        return new Launch(
                launch.id(),
                launch.arguments().stream().map(rewriting::apply).toList(),
                environment,
                rewriting.apply(launch.folder()),
                real,
                launch.limits(),
                launch.account(),
                launch.rights());
    }

    private List<Bind> realFolders(Launch launch) throws IOException {
        List<Bind> real = new ArrayList<>();
        for (Bind bind : launch.binds()) {
            boolean inside = real.stream().anyMatch(bind::isBelow);
            boolean outer = launch.binds().stream().anyMatch(other -> other.isBelow(bind));
            if (inside) {
                put(bind, real);
            } else if (outer && bind.access() == Bind.Access.READ_ONLY) {
                Path copy = copies.resolve(launch.id()).resolve(Integer.toString(real.size()));
                new FileTree(bind.folder()).copyTo(copy);
                real.add(Bind.readOnly(copy, bind.path()));
            } else {
                real.add(bind);
            }
        }
        return real;
    }

    /** Into the copy of the bind around it: read-only content copied, so that look-ups from within go on; others linked. */
    private static void put(Bind bind, List<Bind> real) throws IOException {
        Bind around = real.stream().filter(bind::isBelow).findFirst().orElseThrow();
        Path point = around.folder().resolve(bind.path().substring(around.path().length() + 1));
        if (bind.access() == Bind.Access.READ_ONLY && around.access() == Bind.Access.READ_ONLY) {
            new FileTree(bind.folder()).copyTo(point);
            return;
        }
        if (Files.isDirectory(point, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(point)) {
            Files.delete(point);
        }
        Files.createDirectories(point.getParent());
        Files.createSymbolicLink(point, bind.folder().toAbsolutePath());
    }
}
