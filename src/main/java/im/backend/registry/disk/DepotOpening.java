package im.backend.registry.disk;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ObjectStore;
import im.backend.registry.cache.BlobCache;
import im.backend.registry.disk.shelf.DepotShelf;
import im.backend.registry.disk.shelf.Receipts.Place;
import im.backend.registry.disk.shelf.Receipts.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * The first moment with a depot at each start: an empty one becomes ours, with what this disk holds to be sent; into an empty
 * folder comes back what ours holds; and two registries never share one, since each would collect what only the other needs.
 */
record DepotOpening(Ground ground, DepotShelf shelf, ObjectStore objects) {
    static final String OWNER = "owner";
    private static final System.Logger LOG = System.getLogger(DepotOpening.class.getName());
    private static final int OWNER_BYTES_MAX = 100;

    void open() throws IOException {
        boolean known = DepotMark.isThere(ground.layout());
        if (!answers(known)) {
            return;
        }
        Optional<String> owner =
                objects.read(OWNER, 0, OWNER_BYTES_MAX).map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
        DepotMark mark;
        if (known) {
            mark = DepotMark.read(ground.layout());
        } else if (owner.isPresent()) {
            mark = adopt(owner.get());
        } else {
            mark = claim();
        }
        switch (mark.state()) {
            case CLAIMING -> {
                requireSame(mark, owner.orElse(mark.id()));
                objects.put(OWNER, mark.id().getBytes(StandardCharsets.UTF_8));
            }
            case RESTORING -> {
                requireSame(mark, owner.orElse(""));
                new Restoration(ground, shelf, objects).run();
            }
            case WHOLE -> requireSame(mark, owner.orElse(""));
        }
        mark.in(DepotMark.State.WHOLE).write(ground.layout(), ground.files());
    }

    /** A server whose store is away for an hour still has to start, for the apps; one that never had it has to be told. */
    private boolean answers(boolean known) throws IOException {
        try {
            objects.check();
            return true;
        } catch (ProblemException failed) {
            boolean passing = failed.problem() instanceof Problem.Unavailable;
            if (!known || !passing || DepotMark.read(ground.layout()).state() != DepotMark.State.WHOLE) {
                throw failed;
            }
            LOG.log(WARNING, "object store: started without it: {0}", failed.getMessage());
            return false;
        }
    }

    private void requireSame(DepotMark mark, String owner) {
        if (!mark.id().equals(owner)) {
            throw new Problem.Conflict(
                            "object-store-taken",
                            "The store of registry.s3, " + objects.place() + ", "
                                    + (owner.isEmpty() ? "has nothing of" : "belongs to another registry than")
                                    + " this data folder, whose blobs are in " + mark.place()
                                    + ". Name that one, or copy all of it to the new one first.")
                    .asException();
        }
    }

    private DepotMark claim() throws IOException {
        DepotMark mark = new DepotMark(UUID.randomUUID().toString(), DepotMark.State.CLAIMING, objects.place());
        for (BlobCache.Copy copy : shelf.cache().copies()) {
            shelf.receipts().write(copy.digest(), new Receipt(copy.sizeBytes(), Place.ONLY_HERE));
        }
        mark.write(ground.layout(), ground.files());
        LOG.log(INFO, "object store: the registry''s blobs are in {0} from now on", objects.place());
        return mark;
    }

    private DepotMark adopt(String owner) throws IOException {
        if (!ground.tree().all().isEmpty()) {
            throw new Problem.Conflict(
                            "object-store-taken",
                            "The store of registry.s3, " + objects.place()
                                    + ", belongs to another registry, and this one has images already. Give each server"
                                    + " a bucket or a registry.s3.prefix of its own.")
                    .asException();
        }
        DepotMark mark = new DepotMark(owner, DepotMark.State.RESTORING, objects.place());
        mark.write(ground.layout(), ground.files());
        return mark;
    }
}
