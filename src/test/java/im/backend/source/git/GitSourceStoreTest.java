package im.backend.source.git;

import im.backend.source.SourceLimits;
import im.backend.source.SourceStore;
import im.backend.source.SourceStoreContract;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

final class GitSourceStoreTest extends SourceStoreContract {
    @TempDir
    private Path folder;

    private GitSourceStore git;

    @Override
    protected SourceStore open(Clock clock) {
        git = new GitSourceStore(new GitSettings(folder.resolve("git"), SourceLimits.DEFAULT), clock);
        git.start();
        return git;
    }

    @AfterEach
    void close() {
        git.close();
    }
}
