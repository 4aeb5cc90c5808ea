package im.backend.build.inventory;

import im.backend.sbom.PackageUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code NAME-VERSION.dist-info/METADATA} of each site-packages (Python packaging, "Core metadata"). */
public final class PythonDistributions implements Inventory {
    private static final int HEAD_BYTES = 64 * 1024;

    @Override
    public List<PackageUrl> read(Path base) throws IOException {
        List<PackageUrl> found = new ArrayList<>();
        for (Path python : PlainFile.list(base.resolve("lib"))) {
            if (!PlainFile.isFolder(python)) {
                continue;
            }
            for (Path entry : PlainFile.list(python.resolve("site-packages"))) {
                String name = entry.getFileName().toString();
                if (!PlainFile.isFolder(entry)) {
                    continue;
                }
                if (name.endsWith(".dist-info")) {
                    described(entry.resolve("METADATA")).ifPresent(found::add);
                } else if (name.endsWith(".egg-info")) {
                    described(entry.resolve("PKG-INFO")).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private static Optional<PackageUrl> described(Path file) throws IOException {
        String head = new PlainFile(file).text(HEAD_BYTES);
        String name = "";
        String version = "";
        for (String line : head.lines().toList()) {
            if (line.isEmpty()) {
                break;
            }
            if (line.startsWith("Name:")) {
                name = line.substring("Name:".length()).strip();
            } else if (line.startsWith("Version:")) {
                version = line.substring("Version:".length()).strip();
            }
        }
        return Found.of(PackageUrl::python, name, version);
    }
}
