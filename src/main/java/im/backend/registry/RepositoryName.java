package im.backend.registry;

import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import java.util.regex.Pattern;

/**
 * Where images of one thing are: {@code admin/my-api} (OCI distribution 1.1, "Pulling manifests"). Its first part is the
 * owner, who alone has rights in it besides administrators.
 */
public record RepositoryName(String value) implements Comparable<RepositoryName> {
    public static final int LENGTH_MAX = 255;
    private static final Pattern GRAMMAR =
            Pattern.compile("[a-z0-9]++((\\.|_|__|-++)[a-z0-9]++)*+(/[a-z0-9]++((\\.|_|__|-++)[a-z0-9]++)*+)*+");

    public RepositoryName {
        if (value.length() > LENGTH_MAX || !GRAMMAR.matcher(value).matches()) {
            throw new Problem.Malformed(
                            "name-invalid",
                            "The repository name is not allowed (expected: at most " + LENGTH_MAX
                                    + " lower-case letters and digits, in parts divided by / and inside a part by"
                                    + " one of . _ __ or hyphens, as in admin/my-api).")
                    .asException();
        }
    }

    public static RepositoryName of(ProjectId project) {
        return new RepositoryName(project.owner() + "/" + project.name());
    }

    /** The first part. */
    public String owner() {
        int slash = value.indexOf('/');
        return slash < 0 ? value : value.substring(0, slash);
    }

    public boolean isOwnedBy(UserName user) {
        return value.startsWith(user.value() + "/");
    }

    /** The first two parts, or the one there is: what one quota is for. */
    public String project() {
        int second = value.indexOf('/', value.indexOf('/') + 1);
        return second < 0 ? value : value.substring(0, second);
    }

    @Override
    public int compareTo(RepositoryName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
