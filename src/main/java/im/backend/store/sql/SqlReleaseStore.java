package im.backend.store.sql;

import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.store.ReleaseStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Releases with the secret versions that each of them names. */
public final class SqlReleaseStore implements ReleaseStore {
    /** One row per secret of a release, so that a release and its secrets are one read. */
    private static final String COLUMNS = """
        SELECT r.project_id, r.version, r.deployment_id, r.commit_hash, r.image, r.manifest, r.origin, r.created_at,
               s.name AS secret_name, s.secret_version
        FROM release r
        LEFT JOIN release_secret s ON s.project_id = r.project_id AND s.release_version = r.version
        """;

    private final Database database;

    public SqlReleaseStore(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Release> find(ProjectId project, ReleaseVersion version) {
        return database.read(handle -> releases(
                        handle.createQuery(COLUMNS + "WHERE r.project_id = :project AND r.version = :version")
                                .bind("project", project.value())
                                .bind("version", version.number()))
                .stream()
                .findFirst());
    }

    @Override
    public Optional<Release> latest(ProjectId project) {
        return list(project, Integer.MAX_VALUE, 1).stream().findFirst();
    }

    @Override
    public List<Release> list(ProjectId project, int before, int countMax) {
        return database.read(handle -> releases(handle.createQuery(COLUMNS + """
            WHERE r.project_id = :project AND r.version IN (
                SELECT n.version FROM release n
                WHERE n.project_id = :project AND n.version < :before
                ORDER BY n.version DESC FETCH FIRST :count ROWS ONLY)
            ORDER BY r.version DESC\
            """)
                .bind("project", project.value())
                .bind("before", before)
                .bind("count", countMax)));
    }

    @Override
    public List<Release> live() {
        return database.read(handle -> releases(handle.createQuery(COLUMNS + """
            JOIN project p ON p.id = r.project_id AND p.live_version = r.version
            ORDER BY r.project_id\
            """)));
    }

    @Override
    public List<Release> kept() {
        return database.read(handle -> releases(handle.createQuery(COLUMNS + "ORDER BY r.project_id, r.version DESC")));
    }

    @Override
    public void keepNewest(ProjectId project, int count) {
        database.change(handle -> {
            handle.createUpdate("""
                DELETE FROM release
                WHERE project_id = :project
                  AND version NOT IN (
                    SELECT n.version FROM release n WHERE n.project_id = :project
                    ORDER BY n.version DESC FETCH FIRST :count ROWS ONLY)
                  AND version <> (SELECT COALESCE(p.live_version, 0) FROM project p WHERE p.id = :project)\
                """)
                    .bind("project", project.value())
                    .bind("count", count)
                    .execute();
            SqlSecretStore.forgetUnneeded(handle, project);
        });
    }

    static void insert(Handle handle, Release release) {
        handle.createUpdate("""
            INSERT INTO release (project_id, version, deployment_id, commit_hash, image, manifest, origin,
                                 created_at)
            VALUES (:project, :version, :deployment, :commit, :image, :manifest, :origin, :createdAt)\
            """)
                .bind("project", release.project().value())
                .bind("version", release.version().number())
                .bind("deployment", release.deployment().value())
                .bind("commit", release.commit().value())
                .bind("image", release.image().value())
                .bind("manifest", EventJson.text(ManifestJson.write(release.manifest())))
                .bind("origin", release.origin().name())
                .bind("createdAt", Rows.time(release.createdAt()))
                .execute();
        release.secretVersions()
                .forEach((name, version) -> handle.createUpdate("""
                    INSERT INTO release_secret (project_id, release_version, name, secret_version)
                    VALUES (:project, :release, :name, :version)\
                    """)
                        .bind("project", release.project().value())
                        .bind("release", release.version().number())
                        .bind("name", name.value())
                        .bind("version", version)
                        .execute());
    }

    private static List<Release> releases(Query query) {
        record Key(String project, int version) {}
        Map<Key, Folding> found = query.reduceResultSet(new LinkedHashMap<>(), (foldings, row, context) -> {
            Key key = new Key(row.getString("project_id"), row.getInt("version"));
            Folding folding = foldings.get(key);
            if (folding == null) {
                folding = new Folding(release(row), new TreeMap<>());
                foldings.put(key, folding);
            }
            String secret = row.getString("secret_name");
            if (secret != null) {
                folding.secrets().put(new SecretName(secret), row.getInt("secret_version"));
            }
            return foldings;
        });
        return found.values().stream().map(Folding::release).toList();
    }

    /** A release whose secrets are still being read, row by row. */
    private record Folding(Release bare, SortedMap<SecretName, Integer> secrets) {
        Release release() {
            return new Release(
                    bare.project(),
                    bare.version(),
                    bare.deployment(),
                    bare.commit(),
                    bare.image(),
                    bare.manifest(),
                    secrets,
                    bare.origin(),
                    bare.createdAt());
        }
    }

    private static Release release(ResultSet row) throws SQLException {
        return new Release(
                new ProjectId(row.getString("project_id")),
                new ReleaseVersion(row.getInt("version")),
                new DeploymentId(row.getObject("deployment_id", UUID.class)),
                new CommitHash(row.getString("commit_hash")),
                new Digest(row.getString("image")),
                ManifestJson.read(EventJson.parse(row.getString("manifest"))),
                new TreeMap<>(),
                Deployment.Origin.valueOf(row.getString("origin")),
                Rows.instant(row, "created_at"));
    }
}
