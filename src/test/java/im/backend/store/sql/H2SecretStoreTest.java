package im.backend.store.sql;

import im.backend.secret.SecretStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

final class H2SecretStoreTest extends SecretStoreContract {
    @RegisterExtension
    static final EmptyDatabase DATABASE = new EmptyDatabase(EmptyDatabase.Kind.H2);

    @TempDir
    private Path keys;

    @Override
    protected Opened open() {
        return DATABASE.secrets(clock, keys);
    }
}
