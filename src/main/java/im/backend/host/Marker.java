package im.backend.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * An environment entry that every process of a launch inherits, whatever it does to its group and session. The last
 * resort for finding them; a process that clears its environment escapes it.
 *
 * @param scope tells this server's programs from another server's
 */
record Marker(String scope) {
    static final String NAME = "BACKEND_INSTANCE";

    String valueFor(String id) {
        return scope + "/" + id;
    }

    /** All living marked processes of this scope: pid and launch id. */
    Map<Long, String> sweep() {
        Map<Long, String> marked = new TreeMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                idOf(process, marked);
            }
        } catch (IOException noProc) {
            return marked;
        }
        return marked;
    }

    private void idOf(Path process, Map<Long, String> marked) {
        try {
            String environment =
                    new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
            String start = NAME + "=" + scope + "/";
            for (String entry : environment.split("\0")) {
                if (entry.startsWith(start)) {
                    marked.put(Long.parseLong(process.getFileName().toString()), entry.substring(start.length()));
                }
            }
        } catch (IOException endedOrNotOurs) {
            return;
        }
    }
}
