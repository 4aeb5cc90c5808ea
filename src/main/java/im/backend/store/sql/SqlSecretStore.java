package im.backend.store.sql;

import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import im.backend.secret.MasterKey;
import im.backend.secret.MasterKeyFile;
import im.backend.secret.SecretCipher;
import im.backend.secret.SecretInfo;
import im.backend.secret.SecretStore;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Secrets, sealed by {@link SecretCipher} before they reach SQL. */
public final class SqlSecretStore implements SecretStore {
    private final Database database;
    private final MasterKeyFile keyFile;
    private final Clock clock;
    private Optional<SecretCipher> cipher = Optional.empty();

    public SqlSecretStore(Database database, MasterKeyFile keyFile, Clock clock) {
        this.database = database;
        this.keyFile = keyFile;
        this.clock = clock;
    }

    /**
     * Reads the master key, or makes it at the very first start. Fails with Unavailable {@code sealed} when the database was
     * sealed with another key than the one that is there; nothing is rewritten then.
     */
    public void start() {
        Optional<String> expected =
                database.read(handle -> handle.createQuery("SELECT key_check FROM seal WHERE id = 1")
                        .mapTo(String.class)
                        .findOne());
        MasterKey key = expected.isPresent() ? keyFile.read() : keyFile.readOrCreate();
        if (expected.isEmpty()) {
            database.change(handle -> handle.createUpdate("INSERT INTO seal (id, key_check) VALUES (1, :check)")
                    .bind("check", key.check())
                    .execute());
        } else if (!expected.get().equals(key.check())) {
            throw keyFile.wrongKey();
        }
        cipher = Optional.of(new SecretCipher(key));
    }

    @Override
    public int put(ProjectId project, SecretName name, SecretValue value) {
        return database.write(handle -> {
            Rows.lockProject(handle, project);
            int version = claimVersion(handle, project, name);
            handle.createUpdate("""
                INSERT INTO secret_version (project_id, name, version, sealed, fingerprint, created_at)
                VALUES (:project, :name, :version, :sealed, :fingerprint, :now)\
                """)
                    .bind("project", project.value())
                    .bind("name", name.value())
                    .bind("version", version)
                    .bind("sealed", cipher().seal(project, name, version, value))
                    .bind("fingerprint", cipher().fingerprint(project, value))
                    .bind("now", Rows.time(clock.instant()))
                    .execute();
            forgetUnneeded(handle, project);
            return version;
        });
    }

    @Override
    public List<SecretInfo> list(ProjectId project) {
        List<SecretInfo> found = database.read(handle -> handle.createQuery("""
            SELECT v.name, v.version, v.fingerprint, v.created_at
            FROM secret s
            JOIN secret_version v
              ON v.project_id = s.project_id AND v.name = s.name AND v.version = s.last_version
            WHERE s.project_id = :project AND s.present = TRUE\
            """)
                .bind("project", project.value())
                .map((row, context) -> new SecretInfo(
                        new SecretName(row.getString("name")),
                        row.getInt("version"),
                        row.getString("fingerprint"),
                        Rows.instant(row, "created_at")))
                .list());
        // Sorted here: a PostgreSQL server sorts by its own locale.
        return found.stream().sorted(Comparator.comparing(SecretInfo::name)).toList();
    }

    @Override
    public SecretValue reveal(ProjectId project, SecretName name, int version) {
        byte[] sealed = database.read(handle -> handle.createQuery("""
            SELECT sealed FROM secret_version
            WHERE project_id = :project AND name = :name AND version = :version\
            """)
                .bind("project", project.value())
                .bind("name", name.value())
                .bind("version", version)
                .mapTo(byte[].class)
                .findOne()
                .orElseThrow(() -> new Problem.Invalid(
                                "secret-missing",
                                "secret: " + name + " version " + version + " does not exist in " + project
                                        + ". Set it with: backendim secret set " + name)
                        .asException()));
        return cipher().open(project, name, version, sealed);
    }

    @Override
    public boolean delete(ProjectId project, SecretName name) {
        return database.write(handle -> {
            int changed = handle.createUpdate("""
                UPDATE secret SET present = FALSE
                WHERE project_id = :project AND name = :name AND present = TRUE\
                """)
                    .bind("project", project.value())
                    .bind("name", name.value())
                    .execute();
            forgetUnneeded(handle, project);
            return changed > 0;
        });
    }

    @Override
    public void deleteAll(ProjectId project) {
        database.change(handle -> handle.createUpdate("DELETE FROM secret WHERE project_id = :project")
                .bind("project", project.value())
                .execute());
    }

    /** Drops versions beyond the newest and those of deleted secrets, unless a kept release would run with them. */
    static void forgetUnneeded(Handle handle, ProjectId project) {
        handle.createUpdate("""
            DELETE FROM secret_version v
            WHERE v.project_id = :project
              AND EXISTS (SELECT 1 FROM secret s
                          WHERE s.project_id = v.project_id AND s.name = v.name
                            AND (s.present = FALSE OR v.version <= s.last_version - :kept))
              AND NOT EXISTS (SELECT 1 FROM release_secret r
                              WHERE r.project_id = v.project_id AND r.name = v.name
                                AND r.secret_version = v.version)\
            """)
                .bind("project", project.value())
                .bind("kept", VERSIONS_MAX)
                .execute();
    }

    private static int claimVersion(Handle handle, ProjectId project, SecretName name) {
        record Row(int lastVersion, boolean present) {}
        Optional<Row> row = handle.createQuery("""
            SELECT last_version, present FROM secret WHERE project_id = :project AND name = :name\
            """)
                .bind("project", project.value())
                .bind("name", name.value())
                .map((found, context) -> new Row(found.getInt("last_version"), found.getBoolean("present")))
                .findOne();
        if (!row.map(Row::present).orElse(false)) {
            refuseTooMany(handle, project);
        }
        int version = row.map(Row::lastVersion).orElse(0) + 1;
        String sql = row.isPresent() ? """
            UPDATE secret SET last_version = :version, present = TRUE
            WHERE project_id = :project AND name = :name\
            """ : """
                    INSERT INTO secret (project_id, name, last_version, present)
                    VALUES (:project, :name, :version, TRUE)\
                    """;
        handle.createUpdate(sql)
                .bind("version", version)
                .bind("project", project.value())
                .bind("name", name.value())
                .execute();
        return version;
    }

    private static void refuseTooMany(Handle handle, ProjectId project) {
        int present = handle.createQuery("SELECT COUNT(*) FROM secret WHERE project_id = :project AND present = TRUE")
                .bind("project", project.value())
                .mapTo(Integer.class)
                .one();
        if (present >= SECRETS_MAX) {
            throw new Problem.Forbidden(
                            "quota-exceeded",
                            "secrets of " + project + ": " + present + " (expected: < " + SECRETS_MAX
                                    + "). Delete one that is no longer used.")
                    .asException();
        }
    }

    private SecretCipher cipher() {
        return cipher.orElseThrow(() -> new IllegalStateException("the secret store is not started"));
    }
}
