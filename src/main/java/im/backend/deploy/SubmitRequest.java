package im.backend.deploy;

import im.backend.source.SourceUpload;
import im.backend.store.DeploymentLog.Idempotency;
import java.util.Optional;

/**
 * Source to be made live.
 *
 * @param project name or id; absent means the {@code name} in the backend.yml among the upload's plain files. A project
 *     that does not exist is created under the caller's name
 * @param message of the commit; empty for a default
 */
public record SubmitRequest(
        Optional<String> project, SourceUpload upload, String message, Optional<Idempotency> idempotency) {}
