package im.backend.build.jib;

import static java.lang.System.Logger.Level.WARNING;

import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildPlanner;
import im.backend.build.BuildRequest;
import im.backend.build.BuildSandbox;
import im.backend.build.Built;
import im.backend.build.BuiltImage;
import im.backend.build.BuiltLayout;
import im.backend.build.BuiltTree;
import im.backend.build.ImageBase;
import im.backend.build.ImageBuilder;
import im.backend.build.ReleaseImage;
import im.backend.build.jib.layer.Layers;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.problem.Problem;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import im.backend.sbom.Sbom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Images straight into the registry: one build, one digest, for this host and for any other (ADR 0019). On this host the
 * runtime is the host's own and only the layers above the base are unpacked; elsewhere the base is under them.
 */
public final class JibImageBuilder implements ImageBuilder, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JibImageBuilder.class.getName());
    private static final Duration KEPT_UNUSED = Duration.ofHours(1);

    private final JibSettings settings;
    private final BuildPlanner planner;
    private final BuildSandbox sandbox;
    private final ImageStores stores;
    private final Clock clock;
    private final Layers layers;
    private final ImageAssembly assembly;
    /** Builds share it; a clean-up has it alone, so that it never removes what a build is about to use again. */
    private final ReadWriteLock stable = new ReentrantReadWriteLock();
    /** What hangs on an image is written when it is released: until then its app starts, and needs the processor. */
    private final Map<ProjectId, Unreleased> unreleased = new ConcurrentHashMap<>();
    /** For what no release waits for; one after the other, so that two builds of one image attach to it once. */
    private final ExecutorService aftercare =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("images").factory());

    public JibImageBuilder(
            JibSettings settings, BuildPlanner planner, BuildSandbox sandbox, ImageStores stores, Clock clock) {
        this.settings = settings;
        this.planner = planner;
        this.sandbox = sandbox;
        this.stores = stores;
        this.clock = clock;
        this.layers = new Layers(settings.folder(), stores.registry().blobs(), clock);
        this.assembly = new ImageAssembly(stores.registry(), layers);
    }

    /** Makes the folders when they are not there, and removes what an earlier server left unfinished. */
    public void start() {
        try {
            layers.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public BuiltImage build(BuildRequest request, BuildListener listener) {
        Instant begun = clock.instant();
        BuildPlan plan = planner.plan(request.tree(), request.manifest());
        listener.line(plan.outline().reason());
        plan.outline().warnings().forEach(warning -> listener.line("warning: " + warning));
        Built built = sandbox.build(request, plan, listener);
        Optional<ImageBase> base = switch (built) {
            case BuiltTree tree -> stores.bases().choose(tree.start().runtime(), listener);
            case BuiltLayout whole -> Optional.empty();
        };
        ImageAssembly.Assembled image = assemble(request, plan, built, base, listener);
        Digest digest = image.manifest().digest();
        String commit = request.tree().commit().shortForm();
        stores.destination()
                .ifPresent(destination -> destination.send(request.project(), digest, List.of(commit), listener));
        Provenance provenance = new Provenance(request, built.start().runtime(), base, digest, begun, clock.instant());
        unreleased.put(request.project(), new Unreleased(digest, () -> {
            new ReleaseTags(stores.registry()).name(RepositoryName.of(request.project()), digest, new Tag(commit));
            attach(request, image, provenance);
        }));
        return new BuiltImage(
                digest,
                image.own().stream()
                        .map(one -> new BuiltImage.Layer(
                                one.layer().digest(),
                                one.layer().sizeBytes(),
                                one.layer().reused()))
                        .toList());
    }

    private record Unreleased(Digest image, Runnable attachments) {}

    private ImageAssembly.Assembled assemble(
            BuildRequest request, BuildPlan plan, Built built, Optional<ImageBase> base, BuildListener listener) {
        stable.readLock().lock();
        try {
            return switch (built) {
                case BuiltTree tree -> assembly.assemble(request, plan.outline(), tree, base, listener);
                case BuiltLayout whole -> assembly.adopt(request, whole, listener);
            };
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            stable.readLock().unlock();
        }
    }

    private void attach(BuildRequest request, ImageAssembly.Assembled image, Provenance provenance) {
        String created = request.tree().committedAt().toString();
        new Attachments(stores.registry(), RepositoryName.of(request.project()), image.manifest(), created)
                .attach(image.labels().sbom(), provenance);
    }

    @Override
    public void released(ProjectId project, Digest image, ReleaseVersion version) {
        Unreleased built = unreleased.remove(project);
        if (built != null && built.image().equals(image)) {
            later("names and attachments of " + image, built.attachments());
        }
        later("tag " + version + " of " + project, () -> {
            new ReleaseTags(stores.registry()).name(RepositoryName.of(project), image, new Tag(version.toString()));
            stores.destination().ifPresent(one -> one.send(project, image, List.of(version.toString()), line -> {}));
        });
    }

    private void later(String what, Runnable task) {
        aftercare.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException failed) {
                LOG.log(WARNING, what + " could not be written", failed);
            }
        });
    }

    @Override
    public ReleaseImage open(Digest image) {
        stable.readLock().lock();
        try {
            StoredImage stored = StoredImage.read(stores.registry().blobs(), image)
                    .orElseThrow(() -> new Problem.Gone(
                                    "release-gone",
                                    "Image " + image
                                            + " is not here any more. Deploy the commit again to build it anew.")
                            .asException());
            return new ReleaseImage(
                    image,
                    stored.labels().start(),
                    switch (settings.opening()) {
                        case UNPACKED -> layers.open(stored.folders());
                        case PULLED -> List.of();
                    });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            stable.readLock().unlock();
        }
    }

    @Override
    public Optional<Sbom> sbom(Digest image) {
        try {
            Optional<Digest> blob = StoredImage.read(stores.registry().blobs(), image)
                    .flatMap(stored -> stored.labels().sbom())
                    .filter(digest -> stores.registry().blobs().size(digest).isPresent());
            return blob.isPresent()
                    ? Optional.of(Sbom.parse(new String(
                            StoredImage.bytes(stores.registry().blobs(), blob.get()), StandardCharsets.UTF_8)))
                    : Optional.empty();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void prune(Collection<Digest> live) {
        sandbox.prune();
        stable.writeLock().lock();
        try {
            new ReleaseTags(stores.registry()).prune(live);
            long before = clock.millis() - KEPT_UNUSED.toMillis();
            layers.prune(StoredImage.foldersOf(stores.registry().blobs(), live), before);
        } catch (IOException failed) {
            LOG.log(WARNING, "images not pruned", failed);
        } finally {
            stable.writeLock().unlock();
        }
    }

    @Override
    public void forget(ProjectId project) {
        unreleased.remove(project);
        sandbox.forget(project);
    }

    /** Waits for what was put off. */
    @Override
    public void close() {
        aftercare.close();
    }
}
