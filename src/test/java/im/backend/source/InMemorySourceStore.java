package im.backend.source;

import im.backend.domain.CommitHash;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Versioned source without a disk, for tests. */
public final class InMemorySourceStore implements SourceStore {
    private record Stored(Commit commit, List<CommitHash> parents, SourceTree tree) {}

    private static final class Repository {
        private final Map<CommitHash, Stored> commits = new HashMap<>();
        private Optional<CommitHash> main = Optional.empty();
        private Optional<CommitHash> staged = Optional.empty();
    }

    private final Clock clock;
    private final UploadReader reader;
    private final Map<ProjectId, Repository> repositories = new HashMap<>();

    public InMemorySourceStore(Clock clock) {
        this(clock, SourceLimits.DEFAULT);
    }

    public InMemorySourceStore(Clock clock, SourceLimits limits) {
        this.clock = clock;
        this.reader = new UploadReader(limits);
    }

    @Override
    public synchronized void create(ProjectId project) {
        repositories.putIfAbsent(project, new Repository());
    }

    @Override
    public synchronized Commit stage(ProjectId project, SourceUpload upload, UserName author, String message) {
        Repository repository = repository(project);
        Optional<CommitHash> parent = repository.main;
        if (upload instanceof SourceUpload.Edit edit) {
            refuseStale(edit, parent);
        } else if (repository.staged.isPresent() && descends(repository, repository.staged, repository.main)) {
            parent = repository.staged;
        }
        Optional<Stored> before = parent.map(repository.commits::get);
        SourceTree tree = read(upload, before.map(Stored::tree));
        if (before.isPresent() && before.get().tree().treeHash().equals(tree.treeHash())) {
            return before.get().commit();
        }
        CommitHash hash = new CommitHash(
                sha1(project + " " + parent + " " + tree.treeHash() + author + message + clock.instant()));
        Commit commit = new Commit(hash, tree.treeHash(), author.value(), message, clock.instant());
        repository.commits.put(hash, new Stored(commit, parent.stream().toList(), at(tree, hash)));
        repository.staged = Optional.of(hash);
        return commit;
    }

    @Override
    public synchronized void publish(ProjectId project, CommitHash commit) {
        Repository repository = repository(project);
        stored(repository, commit);
        if (descends(repository, repository.main, Optional.of(commit))) {
            return;
        }
        if (!descends(repository, Optional.of(commit), repository.main)) {
            throw new Problem.Conflict("commit-conflict", "main is not before " + commit.shortForm() + ".")
                    .asException();
        }
        repository.main = Optional.of(commit);
    }

    @Override
    public synchronized void publishUpload(ProjectId project, CommitHash commit) {
        Repository repository = repository(project);
        Stored upload = stored(repository, commit);
        Optional<CommitHash> main = repository.main;
        if (descends(repository, main, Optional.of(commit)) || descends(repository, Optional.of(commit), main)) {
            publish(project, commit);
            return;
        }
        CommitHash hash = new CommitHash(sha1("merge of " + main + " and " + commit));
        Commit merge = new Commit(
                hash,
                upload.commit().treeHash(),
                upload.commit().author(),
                upload.commit().message(),
                clock.instant());
        repository.commits.put(hash, new Stored(merge, List.of(main.orElseThrow(), commit), at(upload.tree(), hash)));
        repository.main = Optional.of(hash);
    }

    @Override
    public synchronized Optional<Commit> head(ProjectId project) {
        return Optional.ofNullable(repositories.get(project))
                .flatMap(repository ->
                        repository.main.map(hash -> stored(repository, hash).commit()));
    }

    @Override
    public synchronized SourceTree read(ProjectId project, CommitHash commit) {
        return stored(repository(project), commit).tree();
    }

    @Override
    public synchronized List<Commit> history(ProjectId project, int countMax) {
        List<Commit> commits = new ArrayList<>();
        Repository repository = repositories.getOrDefault(project, new Repository());
        Optional<CommitHash> at = repository.main;
        while (at.isPresent() && commits.size() < countMax) {
            Stored stored = stored(repository, at.get());
            commits.add(stored.commit());
            at = stored.parents().stream().findFirst();
        }
        return List.copyOf(commits);
    }

    @Override
    public synchronized void delete(ProjectId project) {
        repositories.remove(project);
    }

    private SourceTree read(SourceUpload upload, Optional<SourceTree> parent) {
        Collector collector = new Collector(parent);
        try {
            reader.read(upload, parent.map(SourceTree::entries).orElse(List.of()), collector);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return collector.tree;
    }

    private static void refuseStale(SourceUpload.Edit edit, Optional<CommitHash> main) {
        if (edit.parent().isPresent() && !edit.parent().equals(main)) {
            throw new Problem.Conflict(
                            "commit-conflict",
                            "main is at " + main.map(CommitHash::value).orElse("none"))
                    .asException();
        }
    }

    /** Whether {@code ancestor} is {@code from} or before it; nothing is before everything. */
    private static boolean descends(Repository repository, Optional<CommitHash> from, Optional<CommitHash> ancestor) {
        return ancestor.isEmpty()
                || from.isPresent()
                        && (from.equals(ancestor)
                                || stored(repository, from.get()).parents().stream()
                                        .anyMatch(parent -> descends(repository, Optional.of(parent), ancestor)));
    }

    private Repository repository(ProjectId project) {
        Repository repository = repositories.get(project);
        if (repository == null) {
            throw new Problem.NotFound("No source of project " + project + ".").asException();
        }
        return repository;
    }

    private static Stored stored(Repository repository, CommitHash commit) {
        Stored stored = repository.commits.get(commit);
        if (stored == null) {
            throw new Problem.NotFound("commit-unknown", "No commit " + commit + ".").asException();
        }
        return stored;
    }

    private static SourceTree at(SourceTree tree, CommitHash hash) {
        return ((InMemorySourceTree) tree).at(hash);
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Collector implements TreeSink {
        private final Optional<SourceTree> parent;
        private InMemorySourceTree tree = InMemorySourceTree.of();

        private Collector(Optional<SourceTree> parent) {
            this.parent = parent;
        }

        @Override
        public void put(String path, boolean executable, long sizeBytes, InputStream content) throws IOException {
            add(path, executable, content.readAllBytes());
        }

        @Override
        public void keep(SourceTree.Entry entry) {
            byte[] content =
                    parent.orElseThrow().read(entry.path(), Integer.MAX_VALUE).orElseThrow();
            add(entry.path(), entry.executable(), content);
        }

        private void add(String path, boolean executable, byte[] content) {
            tree = tree.with(path, content);
            if (executable) {
                tree = tree.executable(path);
            }
        }
    }
}
