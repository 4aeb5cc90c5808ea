package im.backend.source.git;

import java.io.File;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Cuts JGit off from the machine it runs on. By default it starts the {@code git} program to find {@code /etc/gitconfig},
 * reads the operator's {@code ~/.gitconfig} and writes {@code ~/.config/jgit}: none of these may change what a server
 * does with a repository.
 */
final class IsolatedSystem extends SystemReader.Delegate {
    private static final String FILE_TIME_RESOLUTION = "20 ms";

    private IsolatedSystem(SystemReader system) {
        super(system);
    }

    /** Process-wide, because JGit knows no other way; may be repeated. */
    static void install() {
        if (!(SystemReader.getInstance() instanceof IsolatedSystem)) {
            SystemReader.setInstance(new IsolatedSystem(SystemReader.getInstance()));
        }
    }

    @Override
    public @Nullable String getenv(String variable) {
        return null;
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        FixedConfig config = new FixedConfig(parent, fs);
        // Off by default, and then a power cut leaves empty branch files. Here and not in each repository's own file,
        // because git itself warns about the first of them.
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncObjectFiles", true);
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncRefFiles", true);
        return config;
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new FixedConfig(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new FixedConfig(parent, fs);
    }

    @Override
    public ZoneOffset getTimeZoneAt(Instant when) {
        return ZoneOffset.UTC;
    }

    private static final class FixedConfig extends FileBasedConfig {
        private FixedConfig(@Nullable Config parent, FS fs) {
            super(parent, new File("none"), fs);
        }

        @Override
        public void load() {
            // There is no file behind it.
        }

        @Override
        public void save() throws IOException {
            // JGit would keep what it measured of the file system.
        }

        /** Else JGit measures for seconds at the first write. It tells files apart by inode too, so coarse is enough. */
        @Override
        public @Nullable String getString(String section, @Nullable String subsection, String name) {
            boolean ofFileSystem = section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION);
            return ofFileSystem ? FILE_TIME_RESOLUTION : super.getString(section, subsection, name);
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
