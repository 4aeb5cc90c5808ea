package im.backend.build;

import im.backend.domain.RuntimeSpec;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** The same base for each runtime, or none. */
public final class FakeImageBases implements ImageBases {
    private Optional<ImageBase> base = Optional.empty();

    public void give(ImageBase one) {
        base = Optional.of(one);
    }

    @Override
    public Optional<ImageBase> choose(RuntimeSpec runtime, BuildListener listener) {
        return base;
    }

    @Override
    public List<ImageBase> list() {
        return base.stream().toList();
    }

    @Override
    public ImageBase bring(ImageReference name, InputStream archive) {
        return base.orElseThrow();
    }

    @Override
    public ImageBase pull(ImageReference reference) {
        return base.orElseThrow();
    }
}
