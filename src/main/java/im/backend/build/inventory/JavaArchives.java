package im.backend.build.inventory;

import im.backend.sbom.PackageUrl;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * {@code META-INF/maven/GROUP/ARTIFACT/pom.properties} of jars and of the jars within them. A jar that has none tells its
 * artifact and version by its file's name at least.
 */
public final class JavaArchives implements Inventory {
    private static final Pattern DESCRIPTION = Pattern.compile("META-INF/maven/[^/]+/[^/]+/pom\\.properties");
    private static final Pattern FILE =
            Pattern.compile("(?:.*/)?([A-Za-z][A-Za-z0-9._-]*?)-(\\d[A-Za-z0-9._+-]*)\\.jar");
    private static final int DESCRIPTION_BYTES_MAX = 64 * 1024;
    /** Longer ones cost more to look at than they tell. */
    private static final int NAME_MAX = 512;

    private static final int NESTING_MAX = 2;
    /** What may be unpacked in all: a small archive can be made to hold a hundred times this. */
    private static final long UNPACKED_BYTES_MAX = 1L << 30;

    private final String jar;
    private final String libraries;

    /**
     * @param jar path of the app's jar below the folder
     * @param libraries path of a folder with further jars
     */
    public JavaArchives(String jar, String libraries) {
        this.jar = jar;
        this.libraries = libraries;
    }

    @Override
    public List<PackageUrl> read(Path folder) throws IOException {
        List<Path> files = new ArrayList<>(List.of(folder.resolve(jar)));
        files.addAll(PlainFile.list(folder.resolve(libraries)));
        Reading reading = new Reading();
        for (Path file : files) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && file.toString().endsWith(".jar")) {
                try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                    reading.archive(file.getFileName().toString(), in, 0);
                } catch (ZipException | IllegalArgumentException someonesBrokenFile) {
                    continue;
                }
            }
        }
        return reading.found;
    }

    /** One reading of several jars, with one allowance for all of them. */
    private static final class Reading {
        private final List<PackageUrl> found = new ArrayList<>();
        private long bytesLeft = UNPACKED_BYTES_MAX;

        void archive(String name, InputStream in, int depth) throws IOException {
            int before = found.size();
            ZipInputStream archive = new ZipInputStream(in);
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                InputStream content = new Metered(archive);
                if (found.size() < PACKAGES_MAX
                        && DESCRIPTION.matcher(entry.getName()).matches()) {
                    described(content.readNBytes(DESCRIPTION_BYTES_MAX));
                } else if (entry.getName().endsWith(".jar") && depth < NESTING_MAX) {
                    archive(entry.getName(), content, depth + 1);
                }
                content.transferTo(OutputStream.nullOutputStream());
            }
            Matcher named = FILE.matcher(name.length() > NAME_MAX ? "" : name);
            if (found.size() == before && named.matches()) {
                Found.of((artifact, version) -> PackageUrl.maven("", artifact, version), named.group(1), named.group(2))
                        .ifPresent(found::add);
            }
        }

        private void described(byte[] text) throws IOException {
            Properties properties = new Properties();
            properties.load(new ByteArrayInputStream(text));
            String group = properties.getProperty("groupId", "");
            if (!group.isEmpty()) {
                Found.of(
                                (artifact, version) -> PackageUrl.maven(group, artifact, version),
                                properties.getProperty("artifactId", ""),
                                properties.getProperty("version", ""))
                        .ifPresent(found::add);
            }
        }

        /** Counts what is unpacked, however deep, and never closes the archive that it is part of. */
        private final class Metered extends FilterInputStream {
            Metered(InputStream in) {
                super(in);
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                bytesLeft -= Math.max(0, count);
                if (bytesLeft < 0) {
                    throw new ZipException("unpacks to more than " + UNPACKED_BYTES_MAX + " bytes");
                }
                return count;
            }

            @Override
            public void close() {
                // The archive is read on.
            }
        }
    }
}
