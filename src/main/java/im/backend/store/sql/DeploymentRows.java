package im.backend.store.sql;

import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.UserName;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The table of deployments: of each, what its events fold to, so that no reader has to fold. */
record DeploymentRows(Handle handle) {
    private static final String COLUMNS = """
        SELECT d.number, d.id, d.project_id, d.commit_hash, d.created_by, d.origin, d.base_version, d.created_at,
               d.status, d.last_sequence, d.updated_at, d.version, d.url, d.failure
        FROM deployment d
        """;

    /** @param number by which other tables name it */
    record Row(long number, Deployment deployment) {}

    Optional<Row> find(DeploymentId id) {
        return rows(handle.createQuery(COLUMNS + "WHERE d.id = :id").bind("id", id.value())).stream()
                .findFirst();
    }

    /** Nobody else can change it until this transaction ends. */
    Optional<Row> lock(DeploymentId id) {
        return rows(handle.createQuery(COLUMNS + "WHERE d.id = :id FOR UPDATE").bind("id", id.value())).stream()
                .findFirst();
    }

    Optional<Row> numbered(long number) {
        return rows(handle.createQuery(COLUMNS + "WHERE d.number = :number").bind("number", number)).stream()
                .findFirst();
    }

    List<Row> newest(ProjectId project, Instant before, int countMax) {
        return rows(handle.createQuery(COLUMNS + """
            WHERE d.project_id = :project AND d.created_at < :before
            ORDER BY d.project_id, d.created_at DESC, d.number DESC FETCH FIRST :count ROWS ONLY\
            """)
                .bind("project", project.value())
                .bind("before", Rows.bound(before))
                .bind("count", countMax));
    }

    List<Row> unfinished() {
        return rows(handle.createQuery(COLUMNS + "WHERE d.finished = FALSE ORDER BY d.number"));
    }

    /** @return its number */
    long insert(Deployment deployment) {
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

    void update(Row row) {
        Deployment deployment = row.deployment();
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
                .bind("number", row.number())
                .execute();
    }

    private static List<Row> rows(Query query) {
        return query.map((row, context) -> row(row)).list();
    }

    private static Row row(ResultSet row) throws SQLException {
        Optional<String> url = Optional.ofNullable(row.getString("url"));
        Optional<String> failure = Optional.ofNullable(row.getString("failure"));
        return new Row(
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
