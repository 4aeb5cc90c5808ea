package im.backend.store.sql;

import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The events, and beside them the fold of each deployment's events, so that no reader has to fold. */
public final class SqlDeploymentLog implements DeploymentLog {
    private static final String COLUMNS = """
        SELECT d.number, d.id, d.project_id, d.commit_hash, d.created_by, d.origin, d.base_version, d.created_at,
               d.status, d.last_sequence, d.updated_at, d.version, d.url, d.failure
        FROM deployment d
        """;

    private final Database database;
    private final Clock clock;

    public SqlDeploymentLog(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** A deployment and the number of its row. */
    private record Stored(long number, Deployment deployment) {}

    @Override
    public Deployment open(Deployment deployment, DeploymentEvent.Entered queued, Optional<Idempotency> idempotency) {
        try {
            return database.write(handle -> openOnce(handle, deployment, queued, idempotency));
        } catch (ProblemException failure) {
            boolean twin =
                    SqlFailure.in(failure).filter(SqlFailure::uniqueViolation).isPresent();
            if (twin && idempotency.isPresent()) {
                // The same request came twice at the same time; the other one has won and is now the answer.
                return database.write(handle -> openOnce(handle, deployment, queued, idempotency));
            }
            throw failure;
        }
    }

    @Override
    public LoggedEvent append(DeploymentId deployment, DeploymentEvent event) {
        return switch (event) {
            case DeploymentEvent.Entered entered -> database.writeLazily(handle -> append(handle, deployment, entered));
            case DeploymentEvent.Output output -> database.writeLazily(handle -> append(handle, deployment, output));
            case DeploymentEvent.Resumed resumed -> database.writeLazily(handle -> append(handle, deployment, resumed));
            case DeploymentEvent.Completed completed -> database.write(handle -> append(handle, deployment, completed));
            case DeploymentEvent.Failed failed -> database.write(handle -> append(handle, deployment, failed));
        };
    }

    @Override
    public LoggedEvent complete(Release release, DeploymentEvent.Completed completed) {
        try {
            return database.write(handle -> {
                LoggedEvent logged = append(handle, release.deployment(), completed);
                SqlReleaseStore.insert(handle, release);
                handle.createUpdate("UPDATE project SET live_version = :version WHERE id = :project")
                        .bind("version", release.version().number())
                        .bind("project", release.project().value())
                        .execute();
                return logged;
            });
        } catch (ProblemException failure) {
            if (SqlFailure.in(failure).filter(SqlFailure::uniqueViolation).isPresent()) {
                throw new Problem.Conflict(
                                "release-exists",
                                "Release " + release.version() + " of " + release.project() + " exists already.")
                        .asException(failure);
            }
            throw failure;
        }
    }

    @Override
    public Optional<Deployment> find(DeploymentId deployment) {
        return database.read(handle -> stored(handle, deployment, "")).map(Stored::deployment);
    }

    @Override
    public List<LoggedEvent> after(DeploymentId deployment, long sequence, int countMax) {
        return database.read(handle -> handle.createQuery("""
            SELECT e.sequence, e.happened_at, e.body FROM deployment_event e
            JOIN deployment d ON d.number = e.deployment_number
            WHERE d.id = :id AND e.sequence > :after
            ORDER BY e.sequence FETCH FIRST :count ROWS ONLY\
            """)
                .bind("id", deployment.value())
                .bind("after", sequence)
                .bind("count", countMax)
                .map((row, context) -> new LoggedEvent(
                        deployment,
                        row.getLong("sequence"),
                        Rows.instant(row, "happened_at"),
                        EventJson.read(EventJson.parse(row.getString("body")))))
                .list());
    }

    @Override
    public List<Deployment> list(ProjectId project, Instant before, int countMax) {
        return database.read(handle -> handle.createQuery(COLUMNS + """
            WHERE d.project_id = :project AND d.created_at < :before
            ORDER BY d.project_id, d.created_at DESC, d.number DESC FETCH FIRST :count ROWS ONLY\
            """)
                .bind("project", project.value())
                .bind("before", Rows.bound(before))
                .bind("count", countMax)
                .map((row, context) -> stored(row).deployment())
                .list());
    }

    @Override
    public List<Deployment> unfinished() {
        return database.read(handle -> handle.createQuery(COLUMNS + "WHERE d.finished = FALSE ORDER BY d.number")
                .map((row, context) -> stored(row).deployment())
                .list());
    }

    private Deployment openOnce(
            Handle handle, Deployment deployment, DeploymentEvent.Entered queued, Optional<Idempotency> idempotency) {
        Instant now = Rows.storable(clock.instant());
        Optional<Deployment> earlier = idempotency.flatMap(asked -> earlier(handle, deployment.by(), asked, now));
        if (earlier.isPresent()) {
            return earlier.get();
        }
        Rows.requireProject(handle, deployment.project());
        LoggedEvent first = new LoggedEvent(deployment.id(), 1, now, queued);
        Deployment opened = storable(deployment).apply(first);
        long number = insert(handle, opened);
        insert(handle, number, first);
        idempotency.ifPresent(asked -> remember(handle, deployment.by(), asked, number, now));
        return opened;
    }

    private static Deployment storable(Deployment deployment) {
        return new Deployment(
                deployment.id(),
                deployment.project(),
                deployment.commit(),
                deployment.by(),
                deployment.origin(),
                deployment.base(),
                Rows.storable(deployment.createdAt()),
                deployment.status(),
                deployment.lastSequence(),
                deployment.updatedAt(),
                deployment.version(),
                deployment.url(),
                deployment.failure());
    }

    private LoggedEvent append(Handle handle, DeploymentId id, DeploymentEvent event) {
        Stored before = stored(handle, id, "FOR UPDATE")
                .orElseThrow(() -> new Problem.NotFound("No deployment " + id + ".").asException());
        if (before.deployment().status().terminal()) {
            throw new Problem.Conflict(
                            "already-finished",
                            "Deployment " + id + " has ended as "
                                    + before.deployment().status().wireName() + ".")
                    .asException();
        }
        LoggedEvent logged =
                new LoggedEvent(id, before.deployment().lastSequence() + 1, Rows.storable(clock.instant()), event);
        insert(handle, before.number(), logged);
        update(handle, before.number(), before.deployment().apply(logged));
        return logged;
    }

    private static Optional<Stored> stored(Handle handle, DeploymentId id, String lock) {
        return handle.createQuery(COLUMNS + "WHERE d.id = :id " + lock)
                .bind("id", id.value())
                .map((row, context) -> stored(row))
                .findOne();
    }

    private static long insert(Handle handle, Deployment deployment) {
        return handle.createUpdate("""
            INSERT INTO deployment (id, project_id, commit_hash, created_by, origin, base_version,
                                    created_at, status, finished, last_sequence, updated_at)
            VALUES (:id, :project, :commit, :by, :origin, :base, :createdAt, :status, FALSE,
                     :sequence, :updatedAt)\
            """)
                .bind("id", deployment.id().value())
                .bind("project", deployment.project().value())
                .bind("commit", deployment.commit().value())
                .bind("by", deployment.by().value())
                .bind("origin", deployment.origin().name())
                .bind("base", deployment.base().map(ReleaseVersion::number))
                .bind("createdAt", Rows.time(deployment.createdAt()))
                .bind("status", deployment.status().wireName())
                .bind("sequence", deployment.lastSequence())
                .bind("updatedAt", Rows.time(deployment.updatedAt()))
                .executeAndReturnGeneratedKeys("number")
                .mapTo(Long.class)
                .one();
    }

    private static void insert(Handle handle, long number, LoggedEvent logged) {
        String body = EventJson.text(EventJson.write(logged.event()));
        if (body.length() > EVENT_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "event: " + body.length() + " characters (expected: <= " + EVENT_CHARS_MAX + ")");
        }
        handle.createUpdate("""
            INSERT INTO deployment_event (deployment_number, sequence, happened_at, body)
            VALUES (:number, :sequence, :at, :body)\
            """)
                .bind("number", number)
                .bind("sequence", logged.sequence())
                .bind("at", Rows.time(logged.at()))
                .bind("body", body)
                .execute();
    }

    private static void update(Handle handle, long number, Deployment deployment) {
        handle.createUpdate("""
            UPDATE deployment
            SET status = :status, finished = :finished, last_sequence = :sequence, updated_at = :updatedAt,
                version = :version, url = :url, failure = :failure
            WHERE number = :number\
            """)
                .bind("status", deployment.status().wireName())
                .bind("finished", deployment.status().terminal())
                .bind("sequence", deployment.lastSequence())
                .bind("updatedAt", Rows.time(deployment.updatedAt()))
                .bind("version", deployment.version().map(ReleaseVersion::number))
                .bind("url", deployment.url().map(URI::toString))
                .bind("failure", deployment.failure().map(failed -> EventJson.text(EventJson.write(failed))))
                .bind("number", number)
                .execute();
    }

    private static Optional<Deployment> earlier(Handle handle, UserName by, Idempotency asked, Instant now) {
        record Earlier(String requestHash, Deployment deployment) {}
        Optional<Earlier> earlier = handle.createQuery("""
            SELECT d.number, d.id, d.project_id, d.commit_hash, d.created_by, d.origin, d.base_version, d.created_at,
                   d.status, d.last_sequence, d.updated_at, d.version, d.url, d.failure, i.request_hash
            FROM idempotency i JOIN deployment d ON d.number = i.deployment_number
            WHERE i.created_by = :by AND i.request_key = :key AND i.created_at > :oldest\
            """)
                .bind("by", by.value())
                .bind("key", asked.key())
                .bind("oldest", Rows.time(now.minus(IDEMPOTENCY_KEPT)))
                .map((row, context) ->
                        new Earlier(row.getString("request_hash"), stored(row).deployment()))
                .findOne();
        if (earlier.isPresent() && !earlier.get().requestHash().equals(asked.requestHash())) {
            throw new Problem.Invalid(
                            "idempotency-mismatch",
                            "The Idempotency-Key was used for another request in the last 24 hours. Use a new key.")
                    .asException();
        }
        return earlier.map(Earlier::deployment);
    }

    private static void remember(Handle handle, UserName by, Idempotency asked, long number, Instant now) {
        handle.createUpdate("DELETE FROM idempotency WHERE created_at <= :oldest")
                .bind("oldest", Rows.time(now.minus(IDEMPOTENCY_KEPT)))
                .execute();
        handle.createUpdate("""
            INSERT INTO idempotency (created_by, request_key, request_hash, deployment_number, created_at)
            VALUES (:by, :key, :hash, :number, :now)\
            """)
                .bind("by", by.value())
                .bind("key", asked.key())
                .bind("hash", asked.requestHash())
                .bind("number", number)
                .bind("now", Rows.time(now))
                .execute();
    }

    private static Stored stored(ResultSet row) throws SQLException {
        Optional<String> url = Optional.ofNullable(row.getString("url"));
        Optional<String> failure = Optional.ofNullable(row.getString("failure"));
        return new Stored(
                row.getLong("number"),
                new Deployment(
                        new DeploymentId(row.getObject("id", UUID.class)),
                        new ProjectId(row.getString("project_id")),
                        new CommitHash(row.getString("commit_hash")),
                        new UserName(row.getString("created_by")),
                        Deployment.Origin.valueOf(row.getString("origin")),
                        Rows.number(row, "base_version").map(ReleaseVersion::new),
                        Rows.instant(row, "created_at"),
                        DeploymentStatus.ofWireName(row.getString("status")),
                        row.getLong("last_sequence"),
                        Rows.instant(row, "updated_at"),
                        Rows.number(row, "version").map(ReleaseVersion::new),
                        url.map(URI::create),
                        failure.map(EventJson::parse).map(EventJson::failed)));
    }
}
