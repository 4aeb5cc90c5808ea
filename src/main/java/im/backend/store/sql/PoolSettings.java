package im.backend.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import javax.sql.DataSource;

/** A pool of connections of one source, alike for both engines. */
record PoolSettings(DataSource source) {
    private static final int CONNECTIONS_MAX = 8;
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);

    /** Fails with PoolInitializationException when there is no connection to be had. */
    HikariDataSource open() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("state");
        config.setDataSource(source);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(WAIT_MAX.toMillis());
        // Fail at once when the first connection fails, instead of trying until the time is over.
        config.setInitializationFailTimeout(1);
        return new HikariDataSource(config);
    }
}
