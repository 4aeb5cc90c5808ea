package im.backend.build;

import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A builder of its own for each test, and a small app. */
public abstract class ImageBuilderKit {
    protected static final ProjectId PROJECT = new ProjectId("admin-shop");

    protected static final InMemorySourceTree TREE = InMemorySourceTree.of(
                    "main.py", "print('one')\n", "shop/data.txt", "data", "run.sh", "#!/bin/sh\n")
            .executable("run.sh");

    @TempDir
    protected Path folder;

    protected ImageBuilder builder;

    /** A fresh one that keeps its images in {@code folder}. */
    protected abstract ImageBuilder newBuilder(Path folder);

    @BeforeEach
    void open() {
        builder = newBuilder(folder.resolve("images"));
    }

    protected BuiltImage build(InMemorySourceTree tree) {
        return builder.build(request(tree), line -> {});
    }

    protected static BuildRequest request(InMemorySourceTree tree) {
        return new BuildRequest(PROJECT, tree, AppManifest.defaults(), Map.of());
    }

    protected static Path app(ReleaseImage image) {
        return image.mounts().stream()
                .filter(mount -> mount.path().equals("/app"))
                .findFirst()
                .orElseThrow()
                .folder();
    }
}
