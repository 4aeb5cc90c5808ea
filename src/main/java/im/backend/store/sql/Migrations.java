package im.backend.store.sql;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Brings the schema to this version of the program, forward only. Own code instead of Flyway, which costs 320 ms of each
 * start (docs/adr/0012). Scripts are named in a list, so that a shaded jar needs no scan of itself.
 */
final class Migrations {
    private static final String FOLDER = "/db/migration/";
    private static final List<String> NAMES = List.of("V1__first.sql");

    private final List<Script> scripts;
    private final Clock clock;

    /** One step; versions count from 1. */
    record Script(int version, String name, String sql) {
        /** A semicolon at the end of a line ends a statement; our scripts have no procedures and no such text. */
        List<String> statements() {
            return Arrays.stream(sql.split(";\\s*(?:\\n|$)"))
                    .map(String::strip)
                    .filter(statement -> !statement.isEmpty())
                    .toList();
        }

        String checksum() {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(sql.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(hash);
            } catch (NoSuchAlgorithmException everyJdkHasIt) {
                throw new IllegalStateException(everyJdkHasIt);
            }
        }
    }

    Migrations(List<Script> scripts, Clock clock) {
        this.scripts = List.copyOf(scripts);
        this.clock = clock;
    }

    /** Those that this jar carries, in order. */
    static List<Script> bundled() {
        return NAMES.stream().map(Migrations::read).toList();
    }

    /** Whether any script was ever applied. */
    static boolean established(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM information_schema.tables WHERE LOWER(table_name) ="
                                + " 'schema_history'")
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    /** Applies what is missing. Fails with Conflict {@code database-newer} or {@code database-changed} and then changes nothing. */
    void apply(Handle handle) {
        handle.execute("""
            CREATE TABLE IF NOT EXISTS schema_history (
                version INTEGER PRIMARY KEY,
                name VARCHAR(100) NOT NULL,
                checksum VARCHAR(64) NOT NULL,
                applied_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
            )\
            """);
        Map<Integer, String> applied = applied(handle);
        refuseForeign(applied);
        for (Script script : scripts) {
            if (!applied.containsKey(script.version())) {
                handle.useTransaction(transaction -> apply(transaction, script));
            }
        }
    }

    private void apply(Handle transaction, Script script) {
        script.statements().forEach(transaction::execute);
        transaction
                .createUpdate("""
                    INSERT INTO schema_history (version, name, checksum, applied_at)
                    VALUES (:version, :name, :checksum, :now)\
                    """)
                .bind("version", script.version())
                .bind("name", script.name())
                .bind("checksum", script.checksum())
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .execute();
    }

    private void refuseForeign(Map<Integer, String> applied) {
        int newest = scripts.getLast().version();
        applied.forEach((version, checksum) -> {
            if (version > newest) {
                throw new Problem.Conflict(
                                "database-newer",
                                "The database has schema " + version + " and this program knows schemas up to " + newest
                                        + ". Start the newer version of the program that wrote it; nothing was"
                                        + " changed.")
                        .asException();
            }
            if (!checksum.equals(scripts.get(version - 1).checksum())) {
                throw new Problem.Conflict(
                                "database-changed",
                                "The database was made by another build: schema " + version
                                        + " differs from the one in this program. Start the program that made it;"
                                        + " nothing was changed.")
                        .asException();
            }
        });
    }

    private static Map<Integer, String> applied(Handle handle) {
        return handle.createQuery("SELECT version, checksum FROM schema_history")
                .reduceRows(new TreeMap<>(), (found, row) -> {
                    found.put(row.getColumn("version", Integer.class), row.getColumn("checksum", String.class));
                    return found;
                });
    }

    private static Script read(String name) {
        try (InputStream stream = Migrations.class.getResourceAsStream(FOLDER + name)) {
            if (stream == null) {
                throw new IllegalStateException("the jar lacks " + FOLDER + name);
            }
            int version = Integer.parseInt(name.substring(1, name.indexOf("__")));
            return new Script(version, name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
