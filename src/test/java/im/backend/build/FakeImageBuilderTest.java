package im.backend.build;

import java.nio.file.Path;

class FakeImageBuilderTest extends ImageBuilderContract {
    @Override
    protected ImageBuilder newBuilder(Path folder) {
        return new FakeImageBuilder(folder);
    }
}
