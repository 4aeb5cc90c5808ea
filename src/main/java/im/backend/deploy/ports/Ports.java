package im.backend.deploy.ports;

import im.backend.build.ImageBuilder;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.orchestrator.InstanceLogs;
import im.backend.orchestrator.OneOff;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.Storage;
import im.backend.route.Router;
import im.backend.scan.Scanning;
import im.backend.secret.SecretStore;
import im.backend.source.SourceStore;
import im.backend.store.DeploymentLog;
import im.backend.store.ProjectStore;
import im.backend.store.ReleaseStore;
import java.util.Optional;

/** The technologies that the use cases join, each behind its port. */
public record Ports(
        SourceStore source,
        ManifestSource manifests,
        ImageBuilder images,
        Hosting hosting,
        Router router,
        SecretStore secrets,
        Scanning scanning,
        Stores stores) {

    /** Where releases run, and what they leave behind. */
    public record Hosting(
            Orchestrator orchestrator, OneOff oneOff, Schedules schedules, InstanceLogs logs, Storage storage) {}

    public record Stores(ProjectStore projects, ReleaseStore releases, DeploymentLog log) {
        /** What serves of a project, as the project says that was read. */
        public Optional<Release> live(Project project) {
            return project.live().flatMap(version -> releases.find(project.id(), version));
        }
    }
}
