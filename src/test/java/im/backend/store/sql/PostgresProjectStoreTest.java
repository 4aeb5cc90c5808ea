package im.backend.store.sql;

import im.backend.store.ProjectStoreContract;
import im.backend.store.Stores;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresProjectStoreTest extends ProjectStoreContract {
    @RegisterExtension
    static final EmptyDatabase DATABASE = new EmptyDatabase(EmptyDatabase.Kind.POSTGRESQL);

    @Override
    protected Stores open() {
        return DATABASE.stores(clock);
    }
}
