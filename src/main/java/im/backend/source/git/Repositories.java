package im.backend.source.git;

import im.backend.domain.ProjectId;
import im.backend.file.FileTree;
import im.backend.problem.Problem;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** The open repositories and who may work on them now. The only place that makes, finds, opens and deletes them. */
public final class Repositories implements AutoCloseable {
    public static final String MAIN = "refs/heads/main";
    /** The newest upload that waits to be published; keeps its objects, and is never shown to a client. */
    static final String STAGED = "refs/staged/newest";

    private static final int OPEN_MAX = 128;
    private static final Duration DELETE_WAIT = Duration.ofSeconds(20);
    private static final String CONFIG = """
        [core]
        \trepositoryformatversion = 0
        \tfilemode = true
        \tbare = true
        \tsymlinks = false
        \tlogAllRefUpdates = false
        [gc]
        \tauto = 0
        [uploadpack]
        \tallowFilter = true
        """;

    private final Path folder;
    private final Map<ProjectId, Locks> locks = new ConcurrentHashMap<>();
    private final Map<ProjectId, FileRepository> open = new LinkedHashMap<>(16, 0.75f, true);

    Repositories(Path folder) {
        this.folder = folder;
    }

    /** One repository's locks: any number add objects, or one cleans up; of those who add, one at a time moves a branch. */
    private static final class Locks {
        private final ReentrantReadWriteLock objects = new ReentrantReadWriteLock();
        private final ReentrantLock branches = new ReentrantLock();
        private boolean swept;

        /** Before it is opened for the first time: a stale lock would block its branch for ever. */
        private synchronized void sweepOnce(Path repository) throws IOException {
            if (!swept) {
                Sweeper.sweep(repository);
                swept = true;
            }
        }
    }

    /** Use of one repository until closed, by one thread; what else may go on meanwhile depends on how it was got. */
    public static final class Lease implements AutoCloseable {
        private final FileRepository git;
        private Runnable release;

        private Lease(FileRepository git, Runnable release) {
            this.git = git;
            this.release = release;
        }

        public FileRepository git() {
            return git;
        }

        /** Lets others in before this lease is closed; from then on it may only read. */
        public void unlock() {
            Runnable once = release;
            release = () -> {};
            once.run();
        }

        @Override
        public void close() {
            unlock();
            git.close();
        }
    }

    void start() throws IOException {
        IsolatedSystem.install();
        Files.createDirectories(folder);
        Disk.force(folder.resolve(".."));
        new Sweeper(folder).removeUnfinished();
    }

    @Override
    public void close() {
        synchronized (open) {
            open.values().forEach(FileRepository::close);
            open.clear();
        }
    }

    void create(ProjectId project) throws IOException {
        Path target = path(project);
        if (Files.isDirectory(target)) {
            return;
        }
        Path fresh = folder.resolve(Sweeper.UNFINISHED + UUID.randomUUID());
        for (String part : new String[] {"objects/pack", "objects/info", "refs/heads", "refs/tags"}) {
            Files.createDirectories(fresh.resolve(part));
        }
        Files.writeString(fresh.resolve("HEAD"), "ref: " + MAIN + "\n");
        Files.writeString(fresh.resolve("config"), CONFIG);
        Disk.forceTree(fresh);
        try {
            // Whole or not at all: a crash can not leave a repository that is there and can not be opened.
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException somebodyWasFaster) {
            new FileTree(fresh).delete();
        }
        Disk.force(folder);
    }

    boolean exists(ProjectId project) {
        return Files.isDirectory(path(project));
    }

    /** To read; empty when there is none. Cleaning up may go on meanwhile: JGit reads on in the new packs. */
    public Optional<Lease> reading(ProjectId project) throws IOException {
        return borrow(project, () -> {});
    }

    /** To add objects, with others. Fails with {@code not-found}. */
    public Lease adding(ProjectId project) throws IOException {
        ReentrantReadWriteLock.ReadLock shared = locks(project).objects.readLock();
        shared.lock();
        return borrow(project, shared::unlock).orElseThrow(() -> notFound(project));
    }

    /** To clean up, alone; empty when somebody adds objects or there is no repository. */
    Optional<Lease> aloneNow(ProjectId project) throws IOException {
        ReentrantReadWriteLock.WriteLock alone = locks(project).objects.writeLock();
        return alone.tryLock() ? borrow(project, alone::unlock) : Optional.empty();
    }

    /** Held while a branch is read and moved. Not held while an upload arrives. */
    ReentrantLock branches(ProjectId project) {
        return locks(project).branches;
    }

    void delete(ProjectId project) throws IOException {
        ReentrantReadWriteLock.WriteLock alone = locks(project).objects.writeLock();
        if (!tryLock(alone)) {
            throw new Problem.Unavailable(
                            "source-busy",
                            "A push or upload to " + project + " is going on. Try again when it has ended.",
                            Duration.ofSeconds(10))
                    .asException();
        }
        try {
            synchronized (open) {
                FileRepository git = open.remove(project);
                if (git != null) {
                    git.close();
                }
            }
            if (exists(project)) {
                Path gone = folder.resolve(Sweeper.UNFINISHED + UUID.randomUUID());
                Files.move(path(project), gone, StandardCopyOption.ATOMIC_MOVE);
                Disk.force(folder);
                new FileTree(gone).delete();
            }
        } finally {
            alone.unlock();
        }
    }

    private static boolean tryLock(ReentrantReadWriteLock.WriteLock lock) {
        try {
            return lock.tryLock(DELETE_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Optional<Lease> borrow(ProjectId project, Runnable release) throws IOException {
        boolean lent = false;
        try {
            Optional<Lease> lease = opened(project).map(git -> new Lease(git, release));
            lent = lease.isPresent();
            return lease;
        } finally {
            if (!lent) {
                release.run();
            }
        }
    }

    private Optional<FileRepository> opened(ProjectId project) throws IOException {
        if (!exists(project)) {
            return Optional.empty();
        }
        locks(project).sweepOnce(path(project));
        synchronized (open) {
            FileRepository git = open.get(project);
            if (git == null) {
                git = (FileRepository) new FileRepositoryBuilder()
                        .setGitDir(path(project).toFile())
                        .setBare()
                        .setMustExist(true)
                        .build();
                open.put(project, git);
                closeEldest();
            }
            git.incrementOpen();
            return Optional.of(git);
        }
    }

    /** Who still uses the eldest keeps it: JGit counts. */
    private void closeEldest() {
        if (open.size() > OPEN_MAX) {
            Iterator<FileRepository> eldest = open.values().iterator();
            eldest.next().close();
            eldest.remove();
        }
    }

    private Locks locks(ProjectId project) {
        return locks.computeIfAbsent(project, _ -> new Locks());
    }

    private Path path(ProjectId project) {
        return folder.resolve(project.value() + ".git");
    }

    private static RuntimeException notFound(ProjectId project) {
        return new Problem.NotFound("No source of project " + project + "; create the project first.").asException();
    }
}
