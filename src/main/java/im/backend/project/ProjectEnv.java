package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Environment that is set on a project, beside what its backend.yml says. */
public final class ProjectEnv {
    public ProjectEnv(Ports ports, DeployEngine engine) {
        throw new UnsupportedOperationException();
    }

    /** @param restart make the change live now, without a build */
    public record Change(Map<EnvName, EnvValue> puts, List<EnvName> removes, boolean restart) {
        public Change {
            puts = Map.copyOf(puts);
            removes = List.copyOf(removes);
        }
    }

    public SortedMap<EnvName, EnvValue> list(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /** @return the deployment that makes it live; empty when none was asked for or nothing is live */
    public Optional<Deployment> change(Caller caller, String project, Change change) {
        throw new UnsupportedOperationException();
    }
}
