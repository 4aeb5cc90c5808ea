package im.backend.secret;

import im.backend.store.Stores;

final class InMemorySecretStoreTest extends SecretStoreContract {
    @Override
    protected Opened open() {
        Stores stores = Stores.inMemory(clock);
        return new Opened(stores, new InMemorySecretStore(stores.releases()::kept, clock));
    }
}
