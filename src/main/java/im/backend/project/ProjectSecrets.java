package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.secret.SecretInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Secrets of a project: they can be put and named, and never be read. */
public final class ProjectSecrets {
    public ProjectSecrets(Ports ports, DeployEngine engine) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    /**
     * A removed secret that env still names is refused with Conflict {@code secret-in-use}, one that is not there with
     * NotFound.
     *
     * @return the deployment that makes it live; empty when none was asked for or nothing is live
     */
    public Optional<Deployment> change(Caller caller, String project, Change change) {
        throw new UnsupportedOperationException();
    }
}
