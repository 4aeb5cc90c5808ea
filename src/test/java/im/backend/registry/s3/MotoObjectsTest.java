package im.backend.registry.s3;

import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;

/** Against a server that was written by others. */
class MotoObjectsTest extends S3ObjectsContract {
    @AutoClose
    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.start(S3Server.Kind.MOTO);
    }

    @Override
    protected S3Server server() {
        return server;
    }
}
