package im.backend.store.sql;

import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.store.DeploymentLog;
import im.backend.store.DeploymentLog.Idempotency;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table of requests that may come twice, each with the deployment that the first of them began. */
record IdempotencyRows(Handle handle, UserName by, Idempotency asked, Instant now) {
    private record First(long deployment, String requestHash) {}

    /** The number of the deployment of the first such request. Fails with {@code idempotency-mismatch}. */
    Optional<Long> earlier() {
        Optional<First> first = handle.createQuery("""
            SELECT i.deployment_number, i.request_hash FROM idempotency i
            WHERE i.created_by = :by AND i.request_key = :key AND i.created_at > :oldest\
            """)
                .bind("by", by.value())
                .bind("key", asked.key())
                .bind("oldest", Rows.time(now.minus(DeploymentLog.IDEMPOTENCY_KEPT)))
                .map((row, context) -> new First(row.getLong("deployment_number"), row.getString("request_hash")))
                .findOne();
        if (first.isPresent() && !first.get().requestHash().equals(asked.requestHash())) {
            throw new Problem.Invalid(
                            "idempotency-mismatch",
                            "The Idempotency-Key was used for another request in the last 24 hours. Use a new key.")
                    .asException();
        }
        return first.map(First::deployment);
    }

    /** And forgets what is older than anybody may rely on. */
    void remember(long deployment) {
        handle.createUpdate("DELETE FROM idempotency WHERE created_at <= :oldest")
                .bind("oldest", Rows.time(now.minus(DeploymentLog.IDEMPOTENCY_KEPT)))
                .execute();
        handle.createUpdate("""
            INSERT INTO idempotency (created_by, request_key, request_hash, deployment_number, created_at)
            VALUES (:by, :key, :hash, :number, :now)\
            """)
                .bind("by", by.value())
                .bind("key", asked.key())
                .bind("hash", asked.requestHash())
                .bind("number", deployment)
                .bind("now", Rows.time(now))
                .execute();
    }
}
