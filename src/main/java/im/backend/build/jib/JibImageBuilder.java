package im.backend.build.jib;

import com.google.cloud.tools.jib.api.buildplan.Port;
import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.image.Image;
import com.google.cloud.tools.jib.image.LayerPropertyNotFoundException;
import com.google.cloud.tools.jib.image.json.ImageToJsonTranslator;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildPlanner;
import im.backend.build.BuildRequest;
import im.backend.build.BuildSandbox;
import im.backend.build.BuiltImage;
import im.backend.build.BuiltTree;
import im.backend.build.ImageBuilder;
import im.backend.build.ReleaseImage;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import im.backend.sbom.Sbom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Images without a base: the layers hold the dependencies and the app, and the runtime is the host's own. Jib makes the
 * configuration and the manifest, so that the image is one that any registry and any cluster takes.
 */
public final class JibImageBuilder implements ImageBuilder {
    private static final System.Logger LOG = System.getLogger(JibImageBuilder.class.getName());
    private static final Duration KEPT_UNUSED = Duration.ofHours(1);
    private static final int CONTAINER_PORT = 8080;

    private final BuildPlanner planner;
    private final BuildSandbox sandbox;
    private final Clock clock;
    private final OciLayout layout;
    private final Layers layers;
    /** Builds share it; a clean-up has it alone, so that it never removes what a build is about to use again. */
    private final ReadWriteLock stable = new ReentrantReadWriteLock();

    public JibImageBuilder(JibSettings settings, BuildPlanner planner, BuildSandbox sandbox, Clock clock) {
        this.planner = planner;
        this.sandbox = sandbox;
        this.clock = clock;
        this.layout = new OciLayout(settings.folder());
        this.layers = new Layers(settings.folder(), layout, clock);
    }

    /** Opens the layout, made when it is not there, and removes what an earlier server left unfinished. */
    public void start() {
        try {
            layout.start();
            layers.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public BuiltImage build(BuildRequest request, BuildListener listener) {
        BuildPlan plan = planner.plan(request.tree(), request.manifest());
        listener.line(plan.outline().reason());
        plan.outline().warnings().forEach(warning -> listener.line("warning: " + warning));
        BuiltTree built = sandbox.build(request, plan, listener);
        stable.readLock().lock();
        try {
            return assemble(request, plan.outline(), built, listener);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            stable.readLock().unlock();
        }
    }

    private BuiltImage assemble(
            BuildRequest request, BuildPlan.Outline outline, BuiltTree built, BuildListener listener)
            throws IOException {
        List<PlacedLayer> placed = layers.store(request, outline, built);
        ImageLabels labels = new ImageLabels(
                built.start(),
                placed.stream().map(PlacedLayer::path).toList(),
                Optional.of(writeSbom(Sbom.of(request.project().value(), built.packages()))));
        Image image = image(request, labels, placed);
        ImageToJsonTranslator translator = new ImageToJsonTranslator(image);
        BlobDescriptor configuration = write(translator.getContainerConfiguration());
        BlobDescriptor manifest = write(translator.getManifestTemplate(OciManifestTemplate.class, configuration));
        layout.sync();
        layout.addToIndex(
                manifest, request.project() + ":" + request.tree().commit().shortForm());
        Digest digest = new Digest(manifest.getDigest().toString());
        long writtenBytes = placed.stream()
                .map(PlacedLayer::layer)
                .filter(layer -> !layer.reused())
                .mapToLong(StoredLayer::sizeBytes)
                .sum();
        listener.line("image " + digest.hex().substring(0, 12) + ": " + placed.size() + " layers, "
                + writtenBytes / 1024 + " KiB new");
        return new BuiltImage(
                digest,
                placed.stream()
                        .map(one -> new BuiltImage.Layer(
                                one.layer().digest(),
                                one.layer().sizeBytes(),
                                one.layer().reused()))
                        .toList());
    }

    /** Nothing in it tells when or where it was built, so that the same source gives the same digest. */
    private static Image image(BuildRequest request, ImageLabels labels, List<PlacedLayer> placed) {
        SortedMap<String, String> described = labels.toMap();
        described.put("im.backend.project", request.project().value());
        described.put("im.backend.tree", request.tree().treeHash());
        SortedMap<String, String> environment = new TreeMap<>(labels.start().environment());
        environment.put("PORT", Integer.toString(CONTAINER_PORT));
        environment.put("HOST", "0.0.0.0");
        Image.Builder image = Image.builder(OciManifestTemplate.class)
                .setCreated(Instant.EPOCH)
                .setArchitecture(architecture())
                .setOs("linux")
                .addEnvironment(environment)
                .addExposedPorts(Set.of(Port.tcp(CONTAINER_PORT)))
                .setWorkingDirectory("/app")
                .setUser("1000:1000")
                .addLabels(described);
        if (labels.start().processes().containsKey(StartPlan.WEB)) {
            image.setEntrypoint(labels.start().processes().get(StartPlan.WEB).resolve(environment));
        }
        try {
            for (PlacedLayer one : placed) {
                image.addLayer(one.layer().toJib());
            }
        } catch (LayerPropertyNotFoundException haveAll) {
            throw new IllegalStateException(haveAll);
        }
        return image.build();
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case String other -> other;
        };
    }

    /** Packages seldom change, and a bill that is there already is not written again. */
    private Digest writeSbom(Sbom sbom) throws IOException {
        byte[] bytes = sbom.bytes();
        Digest digest =
                Digest.ofSha256Hex(HexFormat.of().formatHex(AppFiles.newSha256().digest(bytes)));
        if (layout.has(digest)) {
            layout.touch(digest, clock.millis());
        } else {
            layout.write(out -> out.write(bytes));
        }
        return digest;
    }

    private BlobDescriptor write(JsonTemplate json) throws IOException {
        byte[] bytes = JsonTemplateMapper.toByteArray(json);
        return layout.write(out -> out.write(bytes));
    }

    @Override
    public ReleaseImage open(Digest image) {
        stable.readLock().lock();
        try {
            StoredImage stored = StoredImage.read(layout, image)
                    .orElseThrow(() -> new Problem.Gone(
                                    "release-gone",
                                    "Image " + image
                                            + " is not here any more. Deploy the commit again to build it anew.")
                            .asException());
            stored.touch(layout, clock.millis());
            return new ReleaseImage(image, stored.labels().start(), layers.open(stored));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            stable.readLock().unlock();
        }
    }

    @Override
    public Optional<Sbom> sbom(Digest image) {
        try {
            Optional<Digest> blob = StoredImage.read(layout, image)
                    .flatMap(stored -> stored.labels().sbom());
            Optional<byte[]> json = blob.isPresent() ? layout.read(blob.get()) : Optional.empty();
            return json.isPresent()
                    ? Optional.of(Sbom.parse(new String(json.get(), StandardCharsets.UTF_8)))
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
            long before = clock.millis() - KEPT_UNUSED.toMillis();
            StoredImage.Needs needs = StoredImage.needsOf(layout, live);
            layout.prune(needs.blobs()::contains, before);
            layers.prune(needs.folders(), before);
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "images not pruned", failed);
        } finally {
            stable.writeLock().unlock();
        }
    }

    @Override
    public void forget(ProjectId project) {
        sandbox.forget(project);
    }
}
