package im.backend.build.language;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** package.json as an install in an otherwise empty folder may see it. */
final class PackageDescription {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Those that a package manager runs by itself; install scripts make the whole tree an input and are kept. */
    private static final List<String> LIFE_CYCLE = List.of("prepare", "preprepare", "postprepare", "prepublish");

    private PackageDescription() {}

    static void removeScripts(Path file) throws IOException {
        if (Files.exists(file)
                && JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode description
                && description.get("scripts") instanceof ObjectNode scripts) {
            JsonNode kept = scripts.remove(LIFE_CYCLE);
            description.set("scripts", kept);
            Files.write(file, JSON.writeValueAsBytes(description));
        }
    }
}
