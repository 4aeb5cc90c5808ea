package im.backend.server.facts;

import im.backend.file.FileTree;
import im.backend.wire.server.ServerBody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What apps keep on this host's disk. A host sets their volumes no limit, so that whoever fills it must be seen. */
record AppData(Path volumes) {
    private record Usage(String project, long bytes) {}

    ServerBody.Check check() {
        List<Usage> all = usages();
        long sum = all.stream().mapToLong(Usage::bytes).sum();
        String most = all.stream()
                .max(Comparator.comparingLong(Usage::bytes))
                .filter(largest -> largest.bytes() > 0)
                .map(largest -> ", most of it of " + largest.project() + " (" + (largest.bytes() >> 20) + " MiB)")
                .orElse("");
        return new ServerBody.Check("app data", true, (sum >> 20) + " MiB in " + all.size() + " projects" + most, "");
    }

    private List<Usage> usages() {
        if (!Files.isDirectory(volumes)) {
            return List.of();
        }
        try (Stream<Path> projects = Files.list(volumes)) {
            return projects.map(AppData::usage).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Usage usage(Path project) {
        try {
            return new Usage(project.getFileName().toString(), new FileTree(project).bytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
