package im.backend.source;

import java.time.Clock;

final class InMemorySourceStoreTest extends SourceStoreContract {
    @Override
    protected SourceStore open(Clock clock) {
        return new InMemorySourceStore(clock);
    }
}
