package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.ProjectAccess;
import im.backend.deploy.ProjectLifecycle;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import im.backend.secret.SecretInfo;
import im.backend.secret.SecretStore;
import im.backend.store.ProjectStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Secrets of a project: they can be put and named, and never be read. */
public final class ProjectSecrets {
    private final SecretStore secrets;
    private final ProjectStore projects;
    private final ProjectAccess access;
    private final ProjectLifecycle lifecycle;

    public ProjectSecrets(Ports ports, DeployEngine engine) {
        this.secrets = ports.secrets();
        this.projects = ports.stores().projects();
        this.access = engine.access();
        this.lifecycle = engine.lifecycle();
    }

    /** @param restart make the change live now, without a build */
    public record Change(Map<SecretName, SecretValue> puts, List<SecretName> removes, boolean restart) {
        public Change {
            puts = Map.copyOf(puts);
            removes = List.copyOf(removes);
        }
    }

    /** Sorted by name. */
    public List<SecretInfo> list(Caller caller, String project) {
        return secrets.list(access.find(caller, project).id());
    }

    /**
     * A removed secret that env still names is refused with Conflict {@code secret-in-use}, one that is not there with
     * NotFound.
     *
     * @return the deployment that makes it live; empty when none was asked for or nothing is live
     */
    public Optional<Deployment> change(Caller caller, String project, Change change) {
        Project found = access.find(caller, project);
        ProjectId id = found.id();
        requireRemovable(id, change.removes());
        change.puts().forEach((name, value) -> secrets.put(id, name, value));
        change.removes().forEach(name -> secrets.delete(id, name));
        return change.restart() ? lifecycle.applySettings(caller, found) : Optional.empty();
    }

    private void requireRemovable(ProjectId project, List<SecretName> removes) {
        if (removes.isEmpty()) {
            return;
        }
        Set<SecretName> present =
                secrets.list(project).stream().map(SecretInfo::name).collect(Collectors.toSet());
        var env = projects.env(project);
        for (SecretName name : removes) {
            if (!present.contains(name)) {
                throw new Problem.NotFound("No secret " + name + " in " + project + ".").asException();
            }
            env.forEach((variable, value) -> {
                if (value.equals(new EnvValue.Secret(name))) {
                    throw new Problem.Conflict(
                                    "secret-in-use",
                                    "secret " + name + " is named by the env variable " + variable
                                            + "; run `backendim env unset " + variable + "` first.")
                            .asException();
                }
            });
        }
    }
}
