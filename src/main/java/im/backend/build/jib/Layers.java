package im.backend.build.jib;

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
import java.io.InputStream;
import java.nio.channels.Channels;
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
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The layers of images: packed as blobs, and unpacked as folders that apps run from. */
final class Layers {
    /** Of a whole image, unpacked. */
    private static final long SYSTEM_BYTES_MAX = 32L << 30;
    /** What every program expects, and what the sandbox gives it whatever the image holds. */
    private static final List<String> SYSTEM_FOLDERS = List.of("/proc", "/dev", "/tmp", "/run", "/var/tmp", "/etc");

    private static final List<String> SYSTEM_FILES = List.of("/etc/resolv.conf", "/etc/hosts");

    private final BlobStore blobs;
    private final LayerStore store;
    private final AppFolders folders;
    private final Path unpacked;
    private final Path unfinished;
    private final Clock clock;

    Layers(Path folder, BlobStore blobs, Clock clock) {
        this.blobs = blobs;
        this.clock = clock;
        this.unpacked = folder.resolve("layers");
        this.unfinished = folder.resolve("layers-unfinished");
        this.store = new LayerStore(folder.resolve("keys"), blobs);
        this.folders = new AppFolders(unpacked, folder.resolve("projects"), unfinished);
    }

    void start() throws IOException {
        new FileTree(unfinished).delete();
        Files.createDirectories(unfinished);
        store.start();
        folders.start();
    }

    /** Dependencies first: what changes least is lowest. */
    List<PlacedLayer> store(BuildRequest request, BuildPlan.Outline outline, BuiltTree built) throws IOException {
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
    Optional<StoredLayer> storeVolumes(RepositoryName repository, List<String> paths) throws IOException {
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
                repository,
                key,
                tar -> pack(tar, dependencies.folder(), dependencies.path().substring(1)));
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
                stored.add(store.store(repository, keys.get(at), tar -> pack(tar, draft.folder(), part)));
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

    /** The folder that {@link StoredImage#folders} will ask for. */
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

    private static void pack(LayerTar tar, Path folder, List<AppFile> files) throws IOException {
        tar.addFolder("app");
        for (AppFile file : files) {
            String path = "app/" + file.path();
            if (file.kind() == AppFile.Kind.LINK) {
                tar.addLink(path, file.content());
            } else {
                tar.addFile(path, folder.resolve(file.path()), file.kind() == AppFile.Kind.PROGRAM);
            }
        }
    }

    private static void pack(LayerTar tar, Path folder, String path) throws IOException {
        tar.addFolder(path);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(one -> !one.equals(folder))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList()) {
                String name = path + "/" + folder.relativize(file);
                if (Files.isSymbolicLink(file)) {
                    tar.addLink(name, Files.readSymbolicLink(file).toString());
                } else if (Files.isDirectory(file)) {
                    tar.addFolder(name);
                } else {
                    tar.addFile(name, file, Files.isExecutable(file));
                }
            }
        }
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
    List<ReleaseImage.Mount> open(StoredImage image) throws IOException {
        List<ReleaseImage.Mount> mounts = new ArrayList<>();
        for (LayerFolder folder : image.folders()) {
            SealedFolder sealed = folders.named(folder.name());
            if (!sealed.isWhole()) {
                unpack(folder, sealed);
            }
            sealed.touch(clock.millis());
            mounts.add(new ReleaseImage.Mount(sealed.path(), folder.path()));
        }
        return mounts;
    }

    private synchronized void unpack(LayerFolder folder, SealedFolder sealed) throws IOException {
        if (sealed.isWhole()) {
            return;
        }
        try (Unfinished fresh = Unfinished.in(unfinished, "layer")) {
            if (folder.isWholeSystem()) {
                unpackSystem(folder, fresh.path());
            } else {
                unpackPart(folder, fresh.path());
            }
            sealed.fill(fresh.path());
        }
    }

    private void unpackPart(LayerFolder folder, Path fresh) throws IOException {
        for (Digest layer : folder.layers()) {
            try (InputStream blob = Channels.newInputStream(blobs.open(layer))) {
                new Unpacking(fresh, folder.path().substring(1)).unpack(blob);
            }
        }
        for (String mountPoint : folder.mountPoints()) {
            Files.createDirectories(fresh.resolve(mountPoint));
        }
    }

    private void unpackSystem(LayerFolder folder, Path fresh) throws IOException {
        RootUnpacking unpacking = new RootUnpacking(fresh, SYSTEM_BYTES_MAX);
        for (Digest layer : folder.layers()) {
            try (InputStream blob = Channels.newInputStream(blobs.open(layer))) {
                unpacking.unpack(blob);
            }
        }
        for (String path : SYSTEM_FOLDERS) {
            unpacking.makeFolder(path);
        }
        for (String path : SYSTEM_FILES) {
            unpacking.makeFile(path);
        }
        for (String path : folder.mountPoints()) {
            unpacking.makeFolder(path);
        }
    }

    /** Removes folders that no live image needs and that were not opened since then. */
    void prune(Set<String> needed, long beforeMillis) throws IOException {
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
