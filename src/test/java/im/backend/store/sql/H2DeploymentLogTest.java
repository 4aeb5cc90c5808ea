package im.backend.store.sql;

import im.backend.store.DeploymentLogContract;
import im.backend.store.Stores;
import org.junit.jupiter.api.extension.RegisterExtension;

final class H2DeploymentLogTest extends DeploymentLogContract {
    @RegisterExtension
    static final EmptyDatabase DATABASE = new EmptyDatabase(EmptyDatabase.Kind.H2);

    @Override
    protected Stores open() {
        return DATABASE.stores(clock);
    }
}
