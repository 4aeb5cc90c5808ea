package im.backend.orchestrator;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.DeploymentId;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs releases. Desired state: {@link #start} says what shall run and is safe to repeat, after a restart of the server
 * too; the orchestrator restarts what ends by itself, with back-off from 1 s to 60 s. Safe for several threads.
 */
public interface Orchestrator {
    /** What releases share here; it decides what is one instance and how a release may be replaced. */
    enum Place {
        /** Each replica is an instance at its own endpoint, and no two releases hold one fixed port at a time. */
        HOST,
        /** A process is one instance, whatever its replicas: they stand behind one endpoint. Ports are its own. */
        CLUSTER
    }

    Place place();

    /** Room for one release; does nothing when it is there. */
    void createNamespace(ReleaseName release);

    /** Binds the project's storage to the release; creates the storage at first use. Never loses what is in it. */
    List<Workload.Volume> createVolumes(Project project, ReleaseName release, List<VolumeClaim> claims);

    /**
     * Starts the instance, or finds the one of the same key that runs, and returns at once without waiting for it to
     * listen. Never runs two of one key. Fails with {@code capacity}, {@code runtime-missing} or {@code start-failed}.
     */
    Instance start(Workload workload);

    /**
     * Whether all that runs under the key is what was asked for, so that asking it for its health means something. On a host
     * that is so from the start. Cheap enough to be asked every few milliseconds.
     */
    boolean isRolledOut(Workload.Key key);

    /** Looks at processes and sockets, which takes tens of milliseconds; see {@link #lastExit} for a quick look. */
    Observation observe(Workload.Key key);

    /**
     * How the instance ended last, whether or not it was started again since; empty when it never did. Cheap enough to be
     * asked every few milliseconds by whoever waits for it.
     */
    Optional<Exit> lastExit(Workload.Key key);

    /** Instances of the project that exist on the host or cluster, adopted ones included. */
    List<Instance> running(ProjectId project);

    /**
     * What of these releases is not as it was asked for: gone, or changed by somebody else; a release of which nothing was
     * asked for since the server's start is among them. Looks at all at once, so that the number of calls does not grow with
     * the number of releases. To ask for the namespace, the volumes and the start once more mends it.
     *
     * @param live the releases to look at, by the deployment that started them
     * @return for people, by deployment; nothing of those that are as they shall be
     */
    Map<DeploymentId, List<String>> drift(Map<DeploymentId, ReleaseName> live);

    /** TERM, then KILL after {@code grace}, with all descendants; returns when nothing of it is left. */
    void stop(Workload.Key key, Duration grace);

    /**
     * Releases of the project that have room here, whoever made it and however little is in it; not those whose room is
     * being removed.
     */
    List<ReleaseName> namespaces(ProjectId project);

    /** Removes the release's room, with whatever still runs in it. Never touches the project's storage. */
    void removeNamespace(ReleaseName release);
}
