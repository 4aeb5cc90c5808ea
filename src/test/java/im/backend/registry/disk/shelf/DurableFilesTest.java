package im.backend.registry.disk.shelf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableFilesTest {
    @TempDir
    private Path root;

    private DurableFiles files;

    @BeforeEach
    void open() throws IOException {
        files = server();
    }

    @Test
    void namesInOneFolderAreForcedTogether() throws IOException {
        files.write(root.resolve("blobs/a"), "a");
        files.write(root.resolve("blobs/b"), "b");

        assertThat(files.sync())
                .as("the folder, and the root in which it is new")
                .isEqualTo(2);
        assertThat(files.sync()).isZero();
    }

    @Test
    void whatWasForcedIsNotForcedAgainWhenItIsUsedAgain() throws IOException {
        files.write(root.resolve("blobs/a"), "a");
        files.sync();

        files.renew(root.resolve("blobs/a"));
        files.mark(root.resolve("blobs/a"));

        assertThat(files.sync()).isZero();
    }

    @Test
    void aNewNameInAKnownFolderCostsThatFolder() throws IOException {
        files.write(root.resolve("blobs/a"), "a");
        files.sync();

        files.mark(root.resolve("blobs/b"));

        assertThat(files.sync()).isOne();
    }

    @Test
    void whatAnEarlierServerMadeMayNotHaveBeenForcedByIt() throws IOException {
        files.write(root.resolve("repositories/shop/tags/v1"), "a");

        DurableFiles next = server();
        next.renew(root.resolve("repositories/shop/tags/v1"));

        assertThat(next.sync()).as("the folder and the three above it").isEqualTo(4);
        assertThat(next.sync()).isZero();
    }

    @Test
    void aFolderThatWasTakenAwayHasNothingToForce() throws IOException {
        files.write(root.resolve("blobs/a"), "a");
        files.sync();
        files.delete(root.resolve("blobs/a"));
        files.delete(root.resolve("blobs"));

        assertThat(files.sync()).as("the root, in which a name is gone").isOne();
    }

    private DurableFiles server() throws IOException {
        DurableFiles started = new DurableFiles(root.resolve("unfinished"), Clock.systemUTC());
        started.start();
        return started;
    }
}
