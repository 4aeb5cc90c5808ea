package im.backend.deploy.rollout;

import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.LogLine;
import im.backend.problem.ProblemException;
import im.backend.secret.Redactor;
import im.backend.secret.SecretStore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Knows the values that must not be seen in what a project's builds and apps say. */
public final class Redaction {
    private final SecretStore secrets;

    public Redaction(SecretStore secrets) {
        this.secrets = secrets;
    }

    /** Takes out the present value of each secret, and those that {@code pinned} names, which may be older. */
    public Redactor of(ProjectId project, Map<SecretName, Integer> pinned) {
        Set<SecretValue> values = new LinkedHashSet<>();
        secrets.list(project).forEach(secret -> reveal(project, secret.name(), secret.version(), values));
        pinned.forEach((name, version) -> reveal(project, name, version, values));
        return Redactor.of(values);
    }

    public static List<LogLine> apply(Redactor redactor, List<LogLine> lines) {
        return lines.stream()
                .map(line -> line.withText(redactor.apply(line.text())))
                .toList();
    }

    public Redactor of(Release release) {
        return of(release.project(), release.secretVersions());
    }

    private void reveal(ProjectId project, SecretName name, int version, Set<SecretValue> values) {
        try {
            values.add(secrets.reveal(project, name, version));
        } catch (ProblemException goneSinceListed) {
            // a value that can not be read can not have reached the app of this run either
        }
    }
}
