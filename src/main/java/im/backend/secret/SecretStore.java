package im.backend.secret;

import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import java.util.List;

/** Values sealed at rest. Write-only for callers: only a starting app is given a value. Durable when a call returns. */
public interface SecretStore {
    int SECRETS_MAX = 200;
    int VERSIONS_MAX = 20;

    /** @return the new version; the old ones stay, up to {@link #VERSIONS_MAX}, for rollbacks */
    int put(ProjectId project, SecretName name, SecretValue value);

    /** Sorted by name, without values. */
    List<SecretInfo> list(ProjectId project);

    /** Fails with {@code secret-missing}, or {@code secret-integrity} when the stored bytes were changed. */
    SecretValue reveal(ProjectId project, SecretName name, int version);

    /** False when there was none. Versions that a kept release names stay readable for a rollback. */
    boolean delete(ProjectId project, SecretName name);

    /** Removes everything of the project. */
    void deleteAll(ProjectId project);
}
