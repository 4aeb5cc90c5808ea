package im.backend.build.inventory;

import im.backend.sbom.PackageUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code var/lib/dpkg/status} of a root file system: what Debian's own tools say is installed. */
public final class DebianPackages implements Inventory {
    private static final int RELEASE_BYTES_MAX = 16 * 1024;
    private static final long STATUS_BYTES_MAX = 64L << 20;

    @Override
    public List<PackageUrl> read(Path root) throws IOException {
        Path status = root.resolve("var/lib/dpkg/status");
        if (!Files.isRegularFile(status, LinkOption.NOFOLLOW_LINKS) || Files.size(status) > STATUS_BYTES_MAX) {
            return List.of();
        }
        String release = new PlainFile(root.resolve("usr/lib/os-release")).text(RELEASE_BYTES_MAX);
        return read(new String(Files.readAllBytes(status), StandardCharsets.UTF_8), release);
    }

    /**
     * Reads the two files where they are known already, as in a layer's archive.
     *
     * @param status content of {@code var/lib/dpkg/status}
     * @param release content of {@code os-release}
     */
    public static List<PackageUrl> read(String status, String release) throws IOException {
        String distribution = field(release, "ID", "debian") + "-" + field(release, "VERSION_ID", "sid");
        List<PackageUrl> found = new ArrayList<>();
        Map<String, String> fields = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new StringReader(status))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int colon = line.indexOf(": ");
                if (line.isEmpty()) {
                    add(fields, distribution, found);
                    fields.clear();
                } else if (colon > 0 && line.charAt(0) != ' ') {
                    fields.put(
                            line.substring(0, colon), line.substring(colon + 2).strip());
                }
            }
        }
        add(fields, distribution, found);
        return found;
    }

    private static void add(Map<String, String> fields, String distribution, List<PackageUrl> found) {
        if (fields.getOrDefault("Status", "").endsWith(" installed")) {
            Map<String, String> qualifiers = new HashMap<>();
            qualifiers.put("arch", fields.getOrDefault("Architecture", "all"));
            qualifiers.put("distro", distribution);
            // "openssl (3.0.11-1)": the version is named where it is another one.
            String source = fields.getOrDefault("Source", "").split(" ", 2)[0];
            if (!source.isEmpty()) {
                qualifiers.put("upstream", source);
            }
            Found.of(
                            (name, version) -> PackageUrl.debian(name, version, qualifiers),
                            fields.getOrDefault("Package", ""),
                            fields.getOrDefault("Version", ""))
                    .ifPresent(found::add);
        }
    }

    private static String field(String release, String name, String otherwise) {
        return release.lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1).replace("\"", "").strip())
                .findFirst()
                .orElse(otherwise);
    }
}
