package im.backend.store.sql;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog;
import im.backend.store.sql.DeploymentRows.Row;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** The events, and beside them the fold of each deployment's events, so that no reader has to fold. */
public final class SqlDeploymentLog implements DeploymentLog {
    private final Database database;
    private final Clock clock;

    public SqlDeploymentLog(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

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
        return database.read(handle -> new DeploymentRows(handle).find(deployment))
                .map(Row::deployment);
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
        return deployments(rows -> rows.newest(project, before, countMax));
    }

    @Override
    public List<Deployment> unfinished() {
        return deployments(DeploymentRows::unfinished);
    }

    private List<Deployment> deployments(Function<DeploymentRows, List<Row>> wanted) {
        return database.read(handle -> wanted.apply(new DeploymentRows(handle))).stream()
                .map(Row::deployment)
                .toList();
    }

    private Deployment openOnce(
            Handle handle, Deployment deployment, DeploymentEvent.Entered queued, Optional<Idempotency> idempotency) {
        Instant now = Rows.storable(clock.instant());
        DeploymentRows rows = new DeploymentRows(handle);
        Optional<IdempotencyRows> requests =
                idempotency.map(asked -> new IdempotencyRows(handle, deployment.by(), asked, now));
        Optional<Row> earlier = requests.flatMap(IdempotencyRows::earlier).flatMap(rows::numbered);
        if (earlier.isPresent()) {
            return earlier.get().deployment();
        }
        Rows.requireProject(handle, deployment.project());
        LoggedEvent first = new LoggedEvent(deployment.id(), 1, now, queued);
        Deployment opened = storable(deployment).apply(first);
        long number = rows.insert(opened);
        insert(handle, number, first);
        requests.ifPresent(request -> request.remember(number));
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
        DeploymentRows rows = new DeploymentRows(handle);
        Row before = rows.lock(id).orElseThrow(() -> new Problem.NotFound("No deployment " + id + ".").asException());
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
        rows.update(new Row(before.number(), before.deployment().apply(logged)));
        return logged;
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
}
