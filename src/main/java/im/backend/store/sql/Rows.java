package im.backend.store.sql;

import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** How values cross into SQL and back, alike in every table. */
final class Rows {
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private Rows() {}

    /** Microseconds, the finest that PostgreSQL keeps. */
    static OffsetDateTime time(Instant instant) {
        return storable(instant).atOffset(ZoneOffset.UTC);
    }

    /** For a comparison: {@code Instant.MAX} and the like do not fit into SQL. */
    static OffsetDateTime bound(Instant instant) {
        return time(instant.isAfter(LATEST) ? LATEST : instant);
    }

    static Instant storable(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static Optional<Integer> number(ResultSet row, String column) throws SQLException {
        int number = row.getInt(column);
        return row.wasNull() ? Optional.empty() : Optional.of(number);
    }

    static void requireProject(Handle handle, ProjectId id) {
        require(handle, id, "SELECT 1 FROM project WHERE id = :id");
    }

    /** Also lets nobody else change what hangs on the project until this transaction ends. */
    static void lockProject(Handle handle, ProjectId id) {
        require(handle, id, "SELECT 1 FROM project WHERE id = :id FOR UPDATE");
    }

    private static void require(Handle handle, ProjectId id, String query) {
        if (handle.createQuery(query)
                .bind("id", id.value())
                .mapTo(Integer.class)
                .findOne()
                .isEmpty()) {
            throw unknownProject(id);
        }
    }

    static RuntimeException unknownProject(ProjectId id) {
        return new Problem.NotFound("No project " + id + ".").asException();
    }
}
