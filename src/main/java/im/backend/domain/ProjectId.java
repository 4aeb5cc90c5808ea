package im.backend.domain;

import im.backend.problem.Problem;
import java.util.regex.Pattern;

/**
 * {@code {owner}-{name}}, fixed for life (seed 004, "Project ID format"). At most 50 characters, so that with a hyphen
 * and 12 hex digits it is a DNS label. An owner has no hyphen, so the first hyphen ends it and ids can not collide.
 */
public record ProjectId(String value) implements Comparable<ProjectId> {
    public static final int LENGTH_MAX = 50;
    private static final Pattern GRAMMAR = Pattern.compile("[a-z][a-z0-9]{0,19}-[a-z][a-z0-9]*(-[a-z0-9]+)*");

    public ProjectId {
        if (value.length() > LENGTH_MAX || !GRAMMAR.matcher(value).matches()) {
            throw new Problem.NotFound("No project " + Quoted.of(value) + "; ids look like admin-my-api.")
                    .asException();
        }
    }

    public static ProjectId of(UserName owner, ProjectName name) {
        String value = owner.value() + "-" + name.value();
        if (value.length() > LENGTH_MAX) {
            throw new Problem.Invalid(
                            "validation",
                            "project id: " + Quoted.of(value) + " (expected: at most " + LENGTH_MAX
                                    + " characters for owner, hyphen and name). Choose a shorter name.")
                    .asException();
        }
        return new ProjectId(value);
    }

    /** The id that a text has, or would have, among the owner's projects: {@code my-api} and {@code ada-my-api} are one. */
    public static ProjectId among(UserName owner, String nameOrId) {
        String prefix = owner.value() + "-";
        return of(owner, new ProjectName(nameOrId.startsWith(prefix) ? nameOrId.substring(prefix.length()) : nameOrId));
    }

    public UserName owner() {
        return new UserName(value.substring(0, value.indexOf('-')));
    }

    public ProjectName name() {
        return new ProjectName(value.substring(value.indexOf('-') + 1));
    }

    @Override
    public int compareTo(ProjectId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
