package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.ProjectAccess;
import im.backend.deploy.ProjectLifecycle;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.problem.Problem;
import im.backend.secret.SecretInfo;
import im.backend.secret.SecretStore;
import im.backend.store.ProjectStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** Environment that is set on a project, beside what its backend.yml says. */
public final class ProjectEnv {
    public static final int ENTRIES_MAX = 200;

    private final ProjectStore store;
    private final SecretStore secrets;
    private final ProjectAccess access;
    private final ProjectLifecycle lifecycle;

    public ProjectEnv(Ports ports, DeployEngine engine) {
        this.store = ports.stores().projects();
        this.secrets = ports.secrets();
        this.access = engine.access();
        this.lifecycle = engine.lifecycle();
    }

    /** @param restart make the change live now, without a build */
    public record Change(Map<EnvName, EnvValue> puts, List<EnvName> removes, boolean restart) {
        public Change {
            puts = Map.copyOf(puts);
            removes = List.copyOf(removes);
        }
    }

    public SortedMap<EnvName, EnvValue> list(Caller caller, String project) {
        return store.env(access.find(caller, project).id());
    }

    /** @return the deployment that makes it live; empty when none was asked for or nothing is live */
    public Optional<Deployment> change(Caller caller, String project, Change change) {
        Project found = access.find(caller, project);
        requireSecrets(found.id(), change);
        requireRoom(found.id(), change);
        store.changeEnv(found.id(), change.puts(), change.removes());
        return change.restart() ? lifecycle.applySettings(caller, found) : Optional.empty();
    }

    /** Better told here than by every deployment from now on. */
    private void requireSecrets(ProjectId project, Change change) {
        Set<SecretName> present =
                secrets.list(project).stream().map(SecretInfo::name).collect(Collectors.toSet());
        change.puts().forEach((name, value) -> {
            switch (value) {
                case EnvValue.Literal literal -> {}
                case EnvValue.Secret(SecretName secret) -> {
                    if (!present.contains(secret)) {
                        throw new Problem.Invalid(
                                        "secret-missing",
                                        name + ": secret:" + secret + " is not set (expected: `backendim secret set "
                                                + secret + "=...` first)")
                                .asException();
                    }
                }
            }
        });
    }

    private void requireRoom(ProjectId project, Change change) {
        Set<EnvName> after = store.env(project).keySet().stream()
                .filter(name -> !change.removes().contains(name))
                .collect(Collectors.toSet());
        after.addAll(change.puts().keySet());
        if (after.size() > ENTRIES_MAX) {
            throw new Problem.Invalid(
                            "env-invalid", "env: " + after.size() + " names (expected: at most " + ENTRIES_MAX + ")")
                    .asException();
        }
    }
}
