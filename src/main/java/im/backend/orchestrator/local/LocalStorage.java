package im.backend.orchestrator.local;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.file.FileTree;
import im.backend.host.Launcher;
import im.backend.orchestrator.Storage;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;

/** Volumes are folders that belong to the project's Unix user; their size is not limited on a local host. */
public final class LocalStorage implements Storage {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final LocalSettings settings;
    private final Launcher launcher;
    private final ProjectLogs logs;

    public LocalStorage(LocalSettings settings, Launcher launcher, ProjectLogs logs) {
        this.settings = settings;
        this.launcher = launcher;
        this.logs = logs;
    }

    Workload.Volume volume(Project project, VolumeClaim claim) {
        if (!NAME.matcher(claim.name()).matches()) {
            throw new Problem.Invalid(
                            "volume-invalid",
                            "volume name: " + claim.name() + " (expected: letters, digits, hyphens and underscores)")
                    .asException();
        }
        Path folder = settings.volume(project.id(), claim.name());
        try {
            makeOwned(settings.volumesOf(project.id()), project);
            makeOwned(folder, project);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
        return new Workload.Volume(claim.name(), claim.path());
    }

    @Override
    public void delete(ProjectId project) {
        try {
            new FileTree(settings.volumesOf(project)).delete();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
        logs.delete(project);
    }

    @Override
    public long usedBytes(ProjectId project) {
        try {
            return new FileTree(settings.volumesOf(project)).bytes() + logs.usedBytes(project);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Closed to all others before it is given away. */
    private void makeOwned(Path folder, Project project) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Files.createDirectories(folder.getParent());
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (launcher.hasAccounts()) {
            int uid = settings.uidBase() + project.uidOffset();
            Files.setAttribute(folder, "unix:uid", uid);
            Files.setAttribute(folder, "unix:gid", uid);
        }
    }
}
