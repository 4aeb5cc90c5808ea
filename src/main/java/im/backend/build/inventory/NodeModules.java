package im.backend.build.inventory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import im.backend.sbom.PackageUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code package.json} of each package in node_modules, and in the node_modules of packages. */
public final class NodeModules implements Inventory {
    private static final int DESCRIPTION_BYTES_MAX = 1 << 20;
    private static final int DEPTH_MAX = 30;
    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public List<PackageUrl> read(Path modules) throws IOException {
        List<PackageUrl> found = new ArrayList<>();
        readModules(modules, 0, found);
        return found;
    }

    private static void readModules(Path modules, int depth, List<PackageUrl> found) throws IOException {
        if (depth > DEPTH_MAX || found.size() >= PACKAGES_MAX) {
            return;
        }
        for (Path entry : PlainFile.list(modules)) {
            String name = entry.getFileName().toString();
            if (name.startsWith("@")) {
                for (Path scoped : PlainFile.list(entry)) {
                    readPackage(scoped, depth, found);
                }
            } else if (!name.startsWith(".")) {
                readPackage(entry, depth, found);
            }
        }
    }

    private static void readPackage(Path folder, int depth, List<PackageUrl> found) throws IOException {
        if (!PlainFile.isFolder(folder)) {
            return;
        }
        described(new PlainFile(folder.resolve("package.json")).text(DESCRIPTION_BYTES_MAX))
                .ifPresent(found::add);
        readModules(folder.resolve("node_modules"), depth + 1, found);
    }

    private static Optional<PackageUrl> described(String json) throws IOException {
        String name = "";
        String version = "";
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME && (name.isEmpty() || version.isEmpty())) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && field.equals("name")) {
                    name = parser.getText();
                } else if (value == JsonToken.VALUE_STRING && field.equals("version")) {
                    version = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JsonProcessingException someonesBrokenFile) {
            return Optional.empty();
        }
        return Found.of(PackageUrl::npm, name, version);
    }
}
