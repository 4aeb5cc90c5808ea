package im.backend.store;

final class InMemoryReleaseStoreTest extends ReleaseStoreContract {
    @Override
    protected Stores open() {
        return Stores.inMemory(clock);
    }
}
