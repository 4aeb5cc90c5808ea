package im.backend.build.base;

import im.backend.build.BuildListener;
import im.backend.build.ImageBase;
import im.backend.build.ImageBases;
import im.backend.build.ImageReference;
import im.backend.build.Platform;
import im.backend.build.RuntimeTable;
import im.backend.domain.RuntimeSpec;
import im.backend.problem.Problem;
import im.backend.registry.ImageRegistry;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Base images in the registry's own repositories. The tag there is the record of what a reference was resolved to: it moves
 * only when somebody pulls or imports again, so a base never changes under a build, and works without a network.
 */
public final class RegistryImageBases implements ImageBases {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    private final ImageBasesSettings settings;
    private final ImageRegistry registry;
    private final Upstream upstream;
    private final RuntimeTable table;
    private final Platform platform;
    /** Two builds that want the same base fetch it once. */
    private final ReentrantLock fetching = new ReentrantLock();

    public RegistryImageBases(
            ImageBasesSettings settings, ImageRegistry registry, Upstream upstream, Platform platform) {
        this.settings = settings;
        this.registry = registry;
        this.upstream = upstream;
        this.table = new RuntimeTable(settings.rows());
        this.platform = platform;
    }

    @Override
    public Optional<ImageBase> choose(RuntimeSpec runtime, BuildListener listener) {
        if (settings.use() == ImageBasesSettings.Use.NEVER) {
            return Optional.empty();
        }
        Optional<ImageReference> wanted = table.find(runtime);
        if (wanted.isEmpty()) {
            listener.line("no base image is set for " + runtime + ": the image holds the app and its packages alone");
            return Optional.empty();
        }
        Optional<ImageBase> found = find(wanted.get());
        if (found.isEmpty() && settings.use() == ImageBasesSettings.Use.AUTO) {
            listener.line("base image " + wanted.get() + " is not here: the image holds the app and its packages alone."
                    + " To add it: backendim registry pull " + wanted.get());
            return Optional.empty();
        }
        ImageBase base = found.orElseGet(() -> fetch(wanted.get(), listener));
        listener.line(
                "base image " + base.reference() + " " + base.digest().hex().substring(0, 12));
        return Optional.of(base);
    }

    private ImageBase fetch(ImageReference reference, BuildListener listener) {
        try {
            fetching.lockInterruptibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "The build was cancelled.", "", List.of())
                    .asException(interrupted);
        }
        try {
            return find(reference).orElseGet(() -> {
                listener.line("pulling base image " + reference);
                return pull(reference);
            });
        } finally {
            fetching.unlock();
        }
    }

    @Override
    public List<ImageBase> list() {
        List<ImageBase> bases = new ArrayList<>();
        for (RepositoryName repository : registry.repositories()) {
            if (repository.value().startsWith(Shelf.PREFIX)) {
                for (Tag tag : registry.tags(repository)) {
                    Shelf.reference(repository, tag).flatMap(this::find).ifPresent(bases::add);
                }
            }
        }
        bases.sort(Comparator.comparing(base -> base.reference().toString()));
        return bases;
    }

    @Override
    public ImageBase bring(ImageReference name, InputStream archive) {
        checkAllowed(name);
        try (SpooledArchive spooled = SpooledArchive.read(archive, settings.spool(), settings.imageBytesMax())) {
            return described(name, new ArchivedImage(spooled).bringTo(intake(name)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public ImageBase pull(ImageReference reference) {
        checkAllowed(reference);
        try {
            return described(reference, intake(reference).take(upstream.of(reference), reference.digest()));
        } catch (IOException failed) {
            throw new Problem.Unavailable(
                            "base-unavailable",
                            "Could not pull " + reference + " (" + failed.getMessage()
                                    + "). Check the network, or set a mirror (build.base-mirrors), or import an archive"
                                    + " of it: backendim registry import FILE --name " + reference,
                            RETRY_AFTER)
                    .asException(failed);
        }
    }

    private ImageIntake intake(ImageReference reference) {
        return new ImageIntake(registry, reference, platform, settings.imageBytesMax());
    }

    private Optional<ImageBase> find(ImageReference reference) {
        return registry.find(Shelf.repository(reference), new Reference.ByTag(Shelf.tag(reference)))
                .map(manifest -> described(reference, manifest));
    }

    private static ImageBase described(ImageReference reference, StoredManifest stored) {
        List<ImageDocuments.Described> layers = ImageDocuments.manifest(
                        new ImageOrigin.Document(stored.mediaType(), stored.content()))
                .layers();
        return new ImageBase(
                reference,
                Shelf.repository(reference).value(),
                stored.digest(),
                layers.size(),
                layers.stream().mapToLong(ImageDocuments.Described::sizeBytes).sum());
    }

    /** What the table names is allowed; an operator who writes it there has said so. */
    private void checkAllowed(ImageReference reference) {
        boolean listed = settings.allowed().stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? reference.name().startsWith(pattern.substring(0, pattern.length() - 1))
                        : reference.name().equals(pattern));
        if (!listed && !table.names(reference)) {
            throw new Problem.Invalid(
                            "image-denied",
                            "image: " + reference + " is not among the base images that this server allows (expected: "
                                    + String.join(", ", settings.allowed())
                                    + "). To allow it, add it to build.base-allow.")
                    .asException();
        }
    }
}
