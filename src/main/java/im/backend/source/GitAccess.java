package im.backend.source;

import im.backend.domain.Caller;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import java.util.Optional;

/** What a git server must know about people and projects, and can not know itself. Thread-safe. */
public interface GitAccess {
    /**
     * Who sent this token or key, as the password of Basic or as Bearer. Fails with Unauthenticated, and with RateLimited
     * when too many wrong ones came from this address, or too many requests of this user.
     */
    Caller authenticate(String credential, String address);

    /**
     * The project of that name or id, when this caller may use it; a stranger's is as absent as one that never was.
     *
     * @param nameOrId lower-case letters, digits and single hyphens, at most {@link ProjectId#LENGTH_MAX}
     */
    Optional<ProjectId> find(Caller caller, String nameOrId);

    /** Makes a project of the caller's own, at the first push to it. */
    ProjectId create(Caller caller, ProjectName name);
}
