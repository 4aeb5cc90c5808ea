package im.backend.server.facts;

import im.backend.file.FreeSpace;
import im.backend.wire.server.ServerBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The disk with all that must survive: whether it takes a write at all, and whether there is room left. */
record DataDisk(Path folder, FreeSpace space) {
    ServerBody.Check write() {
        boolean goesThrough = smallWriteGoesThrough();
        return new ServerBody.Check(
                "data folder",
                goesThrough,
                folder + (goesThrough ? " can be written" : " can not be written"),
                goesThrough ? "" : "Check the disk and the folder's owner");
    }

    ServerBody.Check room() {
        boolean enough = space.isEnough();
        return new ServerBody.Check(
                "disk space",
                enough,
                (space.bytes() >> 20) + " MiB free",
                enough
                        ? ""
                        : "Uploads and pushes are refused. Free at least " + (space.bytesMin() >> 20)
                                + " MiB, by backendim registry gc or by deleting projects");
    }

    /** As it does not on a disk that went read-only. */
    private boolean smallWriteGoesThrough() {
        Path probe = folder.resolve("lock.probe");
        try {
            Files.writeString(probe, "");
            Files.deleteIfExists(probe);
            return true;
        } catch (IOException readOnlyOrFull) {
            return false;
        }
    }
}
