package im.backend.build;

import im.backend.domain.Command;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SourceTree;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import im.backend.sbom.PackageUrl;
import im.backend.sbom.Sbom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An image is a plain copy of the source, started by the manifest's entrypoint, else by {@code python3 main.py}. Nothing
 * is installed. For tests of whatever uses an {@link ImageBuilder}; failures and pauses are told beforehand.
 */
public final class FakeImageBuilder implements ImageBuilder {
    private final Path folder;
    private final Map<Digest, ReleaseImage> images = new ConcurrentHashMap<>();
    private final Queue<Problem.StageFailed> failures = new ArrayDeque<>();
    private final Map<ProjectId, Problem.StageFailed> failuresOfProjects = new ConcurrentHashMap<>();
    private final AtomicInteger builds = new AtomicInteger();
    private volatile List<PackageUrl> packages = List.of();
    private volatile List<String> said = List.of();
    private volatile Optional<CountDownLatch> pause = Optional.empty();

    /** @param folder images are written below it */
    public FakeImageBuilder(Path folder) {
        this.folder = folder;
    }

    /** The next build that has no failure told before it ends with this. */
    public synchronized void failNext(Problem.StageFailed failure) {
        failures.add(failure);
    }

    /** Each build of the project ends with this: for servers on which other projects are built meanwhile. */
    public void fail(ProjectId project, Problem.StageFailed failure) {
        failuresOfProjects.put(project, failure);
    }

    /** Builds wait for {@code released} before they end; interruptible, as a real build is. */
    public void pauseUntil(CountDownLatch released) {
        pause = Optional.of(released);
    }

    /** What each build says once it is released. */
    public void say(List<String> lines) {
        said = List.copyOf(lines);
    }

    /** How many builds were begun. */
    public int builds() {
        return builds.get();
    }

    @Override
    public BuiltImage build(BuildRequest request, BuildListener listener) {
        builds.incrementAndGet();
        listener.line("building " + request.tree().commit().shortForm());
        awaitRelease();
        said.forEach(listener::line);
        Optional<Problem.StageFailed> failure =
                Optional.ofNullable(failuresOfProjects.get(request.project())).or(this::nextFailure);
        if (failure.isPresent()) {
            throw failure.get().asException();
        }
        StartPlan start = startPlan(request);
        Digest digest = digest(request.tree().treeHash() + start);
        boolean reused = images.containsKey(digest);
        images.computeIfAbsent(digest, absent -> write(absent, request.tree(), start));
        listener.line("built " + digest);
        return new BuiltImage(digest, List.of(new BuiltImage.Layer(digest, 1, reused)));
    }

    @Override
    public ReleaseImage open(Digest image) {
        ReleaseImage opened = images.get(image);
        if (opened == null) {
            throw new Problem.Gone("release-gone", "image " + image + " is not here any more").asException();
        }
        return opened;
    }

    /** What the bills of materials of all images list. */
    public void givePackages(List<PackageUrl> installed) {
        packages = List.copyOf(installed);
    }

    @Override
    public Optional<Sbom> sbom(Digest image) {
        return images.containsKey(image) ? Optional.of(Sbom.of("app", packages)) : Optional.empty();
    }

    @Override
    public void released(ProjectId project, Digest image, ReleaseVersion version) {
        // Its images have no names.
    }

    @Override
    public void prune(Collection<Digest> live) {
        images.keySet().retainAll(List.copyOf(live));
    }

    @Override
    public void forget(ProjectId project) {
        // It keeps nothing beside its images.
    }

    private void awaitRelease() {
        try {
            if (pause.isPresent()) {
                pause.get().await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "The build was cancelled.", "", List.of()).asException(e);
        }
    }

    private synchronized Optional<Problem.StageFailed> nextFailure() {
        return Optional.ofNullable(failures.poll());
    }

    private static StartPlan startPlan(BuildRequest request) {
        SortedMap<String, Command> processes = new TreeMap<>(request.manifest().processes());
        processes.put(StartPlan.WEB, request.manifest().entrypoint().orElse(Command.parse("python3 main.py")));
        RuntimeSpec runtime = request.manifest().runtime().orElse(RuntimeSpec.any(RuntimeSpec.Language.PYTHON));
        return new StartPlan(runtime, processes, request.manifest().release(), new TreeMap<>());
    }

    private ReleaseImage write(Digest digest, SourceTree tree, StartPlan start) {
        Path app = folder.resolve(digest.hex());
        try {
            for (SourceTree.Entry entry : tree.entries()) {
                Path target = app.resolve(entry.path());
                Files.createDirectories(target.getParent());
                tree.copy(entry, target);
                if (entry.executable() && !target.toFile().setExecutable(true, false)) {
                    throw new IOException("not made executable: " + target);
                }
            }
            Files.createDirectories(app);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ReleaseImage(digest, start, List.of(new ReleaseImage.Mount(app, "/app")));
    }

    private static Digest digest(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Digest.ofSha256Hex(HexFormat.of().formatHex(sum));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
