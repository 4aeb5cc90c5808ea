package im.backend.store.sql;

import im.backend.store.DeploymentLogContract;
import im.backend.store.Stores;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresDeploymentLogTest extends DeploymentLogContract {
    @RegisterExtension
    static final EmptyDatabase DATABASE = new EmptyDatabase(EmptyDatabase.Kind.POSTGRESQL);

    @Override
    protected Stores open() {
        return DATABASE.stores(clock);
    }
}
