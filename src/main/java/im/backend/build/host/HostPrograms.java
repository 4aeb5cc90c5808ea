package im.backend.build.host;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Programs that the server's own PATH has.
 *
 * @param path folders, as in the variable
 */
record HostPrograms(String path) {
    /** As PATH names it, links not followed: some programs look beside their own name. */
    Optional<Path> find(String name) {
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
