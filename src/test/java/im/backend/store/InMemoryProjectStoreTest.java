package im.backend.store;

final class InMemoryProjectStoreTest extends ProjectStoreContract {
    @Override
    protected Stores open() {
        return Stores.inMemory(clock);
    }
}
