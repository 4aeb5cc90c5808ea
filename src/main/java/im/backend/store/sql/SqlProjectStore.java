package im.backend.store.sql;

import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.ProjectStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Projects, their env and their tombstones. */
public final class SqlProjectStore implements ProjectStore {
    private final Database database;
    private final Clock clock;

    public SqlProjectStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public Project create(ProjectId id) {
        Instant now = Rows.storable(clock.instant());
        try {
            return database.write(handle -> {
                int offset = handle.createUpdate(
                                "INSERT INTO project (id, owner, created_at) VALUES (:id, :owner, :now)")
                        .bind("id", id.value())
                        .bind("owner", id.owner().value())
                        .bind("now", Rows.time(now))
                        .executeAndReturnGeneratedKeys("uid_offset")
                        .mapTo(Integer.class)
                        .one();
                return new Project(id, now, offset, Optional.empty());
            });
        } catch (ProblemException failure) {
            if (SqlFailure.in(failure).filter(SqlFailure::uniqueViolation).isPresent()) {
                throw new Problem.Conflict("name-taken", "A project " + id + " exists already; choose another name.")
                        .asException(failure);
            }
            throw failure;
        }
    }

    @Override
    public Optional<Project> find(ProjectId id) {
        return database.read(handle -> handle.createQuery("""
            SELECT id, created_at, uid_offset, live_version FROM project WHERE id = :id\
            """)
                .bind("id", id.value())
                .map((row, context) -> project(row))
                .findOne());
    }

    @Override
    public List<Project> list(Owner owner, String after, int countMax) {
        return database.read(handle -> switch (owner) {
            case Owner.Anyone() ->
                handle.createQuery("""
                    SELECT id, created_at, uid_offset, live_version FROM project
                    WHERE id > :after ORDER BY id FETCH FIRST :count ROWS ONLY\
                    """)
                        .bind("after", after)
                        .bind("count", countMax)
                        .map((row, context) -> project(row))
                        .list();
            case Owner.User(var name) ->
                handle.createQuery("""
                    SELECT id, created_at, uid_offset, live_version FROM project
                    WHERE owner = :owner AND id > :after
                    ORDER BY owner, id FETCH FIRST :count ROWS ONLY\
                    """)
                        .bind("owner", name.value())
                        .bind("after", after)
                        .bind("count", countMax)
                        .map((row, context) -> project(row))
                        .list();
        });
    }

    @Override
    public SortedMap<EnvName, EnvValue> env(ProjectId id) {
        SortedMap<EnvName, EnvValue> env = database.read(handle -> handle.createQuery("""
            SELECT name, literal, secret FROM project_env WHERE project_id = :id\
            """)
                .bind("id", id.value())
                .reduceRows(new TreeMap<>(), (found, row) -> {
                    found.put(
                            new EnvName(row.getColumn("name", String.class)),
                            envValue(
                                    Optional.ofNullable(row.getColumn("literal", String.class)),
                                    Optional.ofNullable(row.getColumn("secret", String.class))));
                    return found;
                }));
        return Collections.unmodifiableSortedMap(env);
    }

    @Override
    public void changeEnv(ProjectId id, Map<EnvName, EnvValue> puts, List<EnvName> removes) {
        database.change(handle -> {
            Rows.requireProject(handle, id);
            removes.forEach(name -> removeEnv(handle, id, name));
            puts.forEach((name, value) -> {
                removeEnv(handle, id, name);
                putEnv(handle, id, name, value);
            });
        });
    }

    @Override
    public Optional<Integer> replicas(ProjectId id) {
        return database.read(handle -> handle.createQuery("SELECT replicas FROM project WHERE id = :id")
                .bind("id", id.value())
                .map((row, context) -> Rows.number(row, "replicas"))
                .findOne()
                .flatMap(replicas -> replicas));
    }

    @Override
    public void setReplicas(ProjectId id, int replicas) {
        database.change(handle -> {
            int changed = handle.createUpdate("UPDATE project SET replicas = :replicas WHERE id = :id")
                    .bind("replicas", replicas)
                    .bind("id", id.value())
                    .execute();
            requireOne(changed, id);
        });
    }

    @Override
    public void markStopped(ProjectId id) {
        database.change(handle -> {
            int changed = handle.createUpdate("UPDATE project SET live_version = NULL WHERE id = :id")
                    .bind("id", id.value())
                    .execute();
            requireOne(changed, id);
        });
    }

    @Override
    public void delete(ProjectId id) {
        database.change(handle -> {
            handle.createUpdate("""
                INSERT INTO project_tombstone (uid_offset, id, created_at, deleted_at)
                SELECT uid_offset, id, created_at, :now FROM project WHERE id = :id\
                """)
                    .bind("now", Rows.time(clock.instant()))
                    .bind("id", id.value())
                    .execute();
            handle.createUpdate("DELETE FROM project WHERE id = :id")
                    .bind("id", id.value())
                    .execute();
        });
    }

    private static void removeEnv(Handle handle, ProjectId id, EnvName name) {
        handle.createUpdate("DELETE FROM project_env WHERE project_id = :id AND name = :name")
                .bind("id", id.value())
                .bind("name", name.value())
                .execute();
    }

    private static void putEnv(Handle handle, ProjectId id, EnvName name, EnvValue value) {
        Optional<String> literal = switch (value) {
            case EnvValue.Literal(var text) -> Optional.of(text);
            case EnvValue.Secret secret -> Optional.empty();
        };
        Optional<String> secret = switch (value) {
            case EnvValue.Literal text -> Optional.empty();
            case EnvValue.Secret(var secretName) -> Optional.of(secretName.value());
        };
        handle.createUpdate("""
            INSERT INTO project_env (project_id, name, literal, secret)
            VALUES (:id, :name, :literal, :secret)\
            """)
                .bind("id", id.value())
                .bind("name", name.value())
                .bind("literal", literal)
                .bind("secret", secret)
                .execute();
    }

    private static EnvValue envValue(Optional<String> literal, Optional<String> secret) {
        return secret.<EnvValue>map(name -> new EnvValue.Secret(new SecretName(name)))
                .orElseGet(() -> new EnvValue.Literal(literal.orElseThrow()));
    }

    private static void requireOne(int changed, ProjectId id) {
        if (changed == 0) {
            throw Rows.unknownProject(id);
        }
    }

    private static Project project(ResultSet row) throws SQLException {
        return new Project(
                new ProjectId(row.getString("id")),
                Rows.instant(row, "created_at"),
                row.getInt("uid_offset"),
                Rows.number(row, "live_version").map(ReleaseVersion::new));
    }
}
