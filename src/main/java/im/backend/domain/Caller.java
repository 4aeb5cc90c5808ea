package im.backend.domain;

/** Who asks. Use cases take it first: access is decided there, once, for every edge alike. */
public record Caller(UserName user, Role role) {
    public enum Role {
        ADMIN,
        MEMBER
    }

    /** An owner may do everything to the own project; an administrator to every project. */
    public boolean mayUse(ProjectId project) {
        return role == Role.ADMIN || project.owner().equals(user);
    }
}
