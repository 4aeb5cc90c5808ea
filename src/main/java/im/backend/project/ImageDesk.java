package im.backend.project;

import im.backend.build.ImageBase;
import im.backend.build.ImageBases;
import im.backend.build.ImageReference;
import im.backend.domain.Caller;
import im.backend.problem.Problem;
import java.io.InputStream;
import java.util.List;

/** The base images of this server; what everybody's images stand on, only an administrator brings in. */
public final class ImageDesk {
    private final ImageBases bases;

    public ImageDesk(ImageBases bases) {
        this.bases = bases;
    }

    public List<ImageBase> list(Caller caller) {
        return bases.list();
    }

    /** Fails with Forbidden {@code forbidden}, and as {@link ImageBases#bring}. */
    public ImageBase bring(Caller caller, ImageReference name, InputStream archive) {
        requireAdministrator(caller);
        return bases.bring(name, archive);
    }

    /** Fails with Forbidden {@code forbidden}, and as {@link ImageBases#pull}. */
    public ImageBase pull(Caller caller, ImageReference reference) {
        requireAdministrator(caller);
        return bases.pull(reference);
    }

    private static void requireAdministrator(Caller caller) {
        if (caller.role() != Caller.Role.ADMIN) {
            throw new Problem.Forbidden("forbidden", "Only an administrator may bring in base images.").asException();
        }
    }
}
