package im.backend.build.jib.layer;

import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltTree;
import im.backend.build.BuiltTree.DependencyLayer;
import im.backend.build.ReleaseImage;
import im.backend.build.SealedFolder;
import im.backend.build.jib.app.AppFile;
import im.backend.build.jib.app.AppFiles;
import im.backend.build.jib.app.AppFolders;
import im.backend.build.jib.app.AppParts;
import im.backend.build.jib.app.IgnorePatterns;
import im.backend.domain.Digest;
import im.backend.file.FileTree;
import im.backend.file.Unfinished;
import im.backend.registry.BlobStore;
import im.backend.registry.RepositoryName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The layers of images: packed as blobs, and unpacked as folders that apps run from. */
public final class Layers {
    /** Of the user and the group that apps run as; a number, since a base need not know a name for it. */
    public static final int USER = 1000;

    private final LayerStore store;
    private final AppFolders folders;
    private final Path unpacked;
    private final Path unfinished;
    private final OpenLayers open;

    public Layers(Path folder, BlobStore blobs, Clock clock) {
        this.unpacked = folder.resolve("layers");
        this.unfinished = folder.resolve("layers-unfinished");
        this.store = new LayerStore(folder.resolve("keys"), blobs);
        this.folders = new AppFolders(unpacked, folder.resolve("projects"), unfinished);
        this.open = new OpenLayers(folders, unfinished, blobs, clock);
    }

    public void start() throws IOException {
        new FileTree(unfinished).delete();
        Files.createDirectories(unfinished);
        store.start();
        folders.start();
    }

    /** Dependencies first: what changes least is lowest. */
    public List<PlacedLayer> store(BuildRequest request, BuildPlan.Outline outline, BuiltTree built)
            throws IOException {
        List<PlacedLayer> placed = new ArrayList<>();
        RepositoryName repository = RepositoryName.of(request.project());
        for (DependencyLayer dependencies : built.layers()) {
            placed.add(storeDependencies(repository, dependencies));
        }
        placed.addAll(storeApp(request, outline, built));
        return placed;
    }

    /**
     * The folders of volumes, so that storage can be mounted there and a container without storage may write there; the
     * lowest of our own layers, since it is the same for nearly all apps. Empty when there are none.
     *
     * @param paths absolute
     */
    public Optional<StoredLayer> storeVolumes(RepositoryName repository, List<String> paths) throws IOException {
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(store.store(repository, key("volumes", paths), tar -> {
            for (String path : paths) {
                tar.addFolderOfApp(path.substring(1));
            }
        }));
    }

    private PlacedLayer storeDependencies(RepositoryName repository, DependencyLayer dependencies) throws IOException {
        String key = key("dependencies", List.of(dependencies.key(), dependencies.path()));
        StoredLayer layer = store.store(
                repository, key, tar -> tar.addTree(dependencies.path().substring(1), dependencies.folder()));
        LayerFolder folder = LayerFolder.of(List.of(layer.digest()), List.of(dependencies.path()))
                .getFirst();
        SealedFolder sealed = folders.named(folder.name());
        if (!sealed.isWhole()) {
            try (Unfinished copy = Unfinished.in(unfinished, "dependencies")) {
                share(dependencies.folder(), copy.path());
                sealed.fill(copy.path());
            }
        }
        return new PlacedLayer(layer, dependencies.path());
    }

    private List<PlacedLayer> storeApp(BuildRequest request, BuildPlan.Outline outline, BuiltTree built)
            throws IOException {
        IgnorePatterns ignored = new IgnorePatterns(outline.ignored());
        AppFiles app = built.app().isPresent()
                ? AppFiles.of(built.app().get().folder(), ignored)
                : AppFiles.of(request.tree(), ignored);
        List<List<AppFile>> parts = AppParts.of(app);
        List<String> keys = parts.stream()
                .map(part -> key("app", part.stream().map(AppFile::line).toList()))
                .toList();
        List<String> mountPoints = built.layers().stream()
                .map(layer -> layer.path().substring("/app/".length()))
                .toList();
        RepositoryName repository = RepositoryName.of(request.project());
        Optional<List<StoredLayer>> known = known(repository, keys);
        if (known.isPresent()
                && folders.named(folder(known.get(), built).name()).isWhole()) {
            return known.get().stream()
                    .map(layer -> new PlacedLayer(layer, "/app"))
                    .toList();
        }
        List<StoredLayer> stored = new ArrayList<>();
        try (AppFolders.Draft draft = folders.draft(request.project(), request.tree(), app, mountPoints)) {
            for (int at = 0; at < parts.size(); at++) {
                List<AppFile> part = parts.get(at);
                stored.add(store.store(repository, keys.get(at), tar -> tar.addApp(draft.folder(), part)));
            }
            folders.finish(request.project(), draft, folder(stored, built).name());
        }
        return stored.stream().map(layer -> new PlacedLayer(layer, "/app")).toList();
    }

    private Optional<List<StoredLayer>> known(RepositoryName repository, List<String> keys) throws IOException {
        List<StoredLayer> known = new ArrayList<>();
        for (String key : keys) {
            Optional<StoredLayer> layer = store.find(repository, key);
            if (layer.isEmpty()) {
                return Optional.empty();
            }
            known.add(layer.get());
        }
        return Optional.of(known);
    }

    /** The folder that the image made of these will ask for. */
    private static LayerFolder folder(List<StoredLayer> app, BuiltTree built) {
        List<Digest> digests = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (DependencyLayer dependencies : built.layers()) {
            digests.add(Digest.ofSha256Hex("0".repeat(64)));
            paths.add(dependencies.path());
        }
        for (StoredLayer layer : app) {
            digests.add(layer.digest());
            paths.add("/app");
        }
        return LayerFolder.of(digests, paths).getFirst();
    }

    private static String key(String kind, List<String> lines) {
        MessageDigest digest = AppFiles.newSha256();
        digest.update((kind + "\n").getBytes(StandardCharsets.UTF_8));
        for (String line : lines) {
            digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Names the same files a second time; on another file system they are copied. */
    private static void share(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path target = to.resolve(from.relativize(file));
                if (attributes.isSymbolicLink()) {
                    Path destination = Files.readSymbolicLink(file);
                    Files.createSymbolicLink(target, destination);
                } else {
                    try {
                        Files.createLink(target, file);
                    } catch (FileSystemException otherFileSystem) {
                        Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Unpacks what is not there. */
    public List<ReleaseImage.Mount> open(List<LayerFolder> wanted) throws IOException {
        return open.open(wanted);
    }

    /** Removes folders that no live image needs and that were not opened since then. */
    public void prune(Set<String> needed, long beforeMillis) throws IOException {
        store.prune();
        for (Path file : AppFolders.list(unpacked)) {
            String name = file.getFileName().toString().replaceFirst("\\.seal(ed|ing)$", "");
            SealedFolder sealed = folders.named(name);
            if (!needed.contains(name) && Files.exists(file)) {
                if (!sealed.isWhole() || sealed.lastUsedMillis() < beforeMillis) {
                    sealed.delete();
                }
            }
        }
        folders.prune();
    }
}
