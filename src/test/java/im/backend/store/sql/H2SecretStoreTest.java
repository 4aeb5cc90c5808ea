package im.backend.store.sql;

import im.backend.file.PrivateFile;
import im.backend.secret.MasterKeyFile;
import im.backend.secret.SecretStoreContract;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

final class H2SecretStoreTest extends SecretStoreContract {
    @RegisterExtension
    static final EmptyDatabase DATABASE = new EmptyDatabase(EmptyDatabase.Kind.H2);

    @TempDir
    private Path keys;

    @Override
    protected Opened open() {
        Database database = DATABASE.open(clock);
        SqlSecretStore secrets = new SqlSecretStore(
                database, new MasterKeyFile(new PrivateFile(keys, "master.key"), new SecureRandom()), clock);
        secrets.start();
        return new Opened(EmptyDatabase.stores(database, clock), secrets);
    }
}
