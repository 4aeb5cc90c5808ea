package im.backend.build.jib.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks a layer that this class's package packed: no absolute names, nothing that leads outside, links are made and
 * never followed.
 *
 * @param prefix of the names in the tar that stands for {@code folder}
 */
record Unpacking(Path folder, String prefix) {
    void unpack(InputStream blob) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(blob), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().startsWith(prefix + "/")) {
                    write(tar, entry);
                }
            }
        }
    }

    private void write(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        Path target =
                folder.resolve(entry.getName().substring(prefix.length() + 1)).normalize();
        if (!target.startsWith(folder)) {
            throw new IOException("layer entry " + entry.getName() + " leads outside");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, target);
            if ((entry.getMode() & 0111) != 0 && !target.toFile().setExecutable(true, false)) {
                throw new IOException("can not make " + target + " executable");
            }
        }
    }
}
