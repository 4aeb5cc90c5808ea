package im.backend.build.jib.layer;

import im.backend.build.ReleaseImage;
import im.backend.build.SealedFolder;
import im.backend.build.jib.app.AppFolders;
import im.backend.domain.Digest;
import im.backend.file.Unfinished;
import im.backend.registry.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Layers unpacked from the registry, each set of them once, for as many apps as run from it. */
final class OpenLayers {
    /** Of a whole image, unpacked. */
    private static final long SYSTEM_BYTES_MAX = 32L << 30;
    /** What every program expects, and what the sandbox gives it whatever the image holds. */
    private static final List<String> SYSTEM_FOLDERS = List.of("/proc", "/dev", "/tmp", "/run", "/var/tmp", "/etc");

    private static final List<String> SYSTEM_FILES = List.of("/etc/resolv.conf", "/etc/hosts");

    private final AppFolders folders;
    private final Path unfinished;
    private final BlobStore blobs;
    private final Clock clock;

    /** @param unfinished a folder on the same disk, for what is not whole yet */
    OpenLayers(AppFolders folders, Path unfinished, BlobStore blobs, Clock clock) {
        this.folders = folders;
        this.unfinished = unfinished;
        this.blobs = blobs;
        this.clock = clock;
    }

    /** Unpacks what is not there. */
    List<ReleaseImage.Mount> open(List<LayerFolder> wanted) throws IOException {
        List<ReleaseImage.Mount> mounts = new ArrayList<>();
        for (LayerFolder folder : wanted) {
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
}
