package im.backend.deploy.rollout;

import im.backend.build.ReleaseImage;
import im.backend.deploy.ports.Ports;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.domain.StartPlan;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Workload;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a release into workloads. The only place where secret values are revealed to an app. */
public final class Launcher {
    static final String RELEASE_PROCESS = "release";

    private final Ports ports;
    private final Hosts hosts;

    public Launcher(Ports ports, Hosts hosts) {
        this.ports = ports;
        this.hosts = hosts;
    }

    /** Binds the storage too, so that it can bring up what ran before. */
    Launch prepare(Project project, Release release) {
        var orchestrator = ports.hosting().orchestrator();
        orchestrator.createNamespace(release.name());
        return prepare(
                project,
                release,
                orchestrator.createVolumes(
                        project, release.name(), release.manifest().volumes()));
    }

    public Launch prepare(Project project, Release release, List<Workload.Volume> volumes) {
        Prepared prepared = open(project, release, volumes);
        StartPlan start = prepared.image().start();
        List<Workload> web = new ArrayList<>();
        List<Workload> others = new ArrayList<>();
        start.processes().forEach((process, command) -> {
            if (process.equals(StartPlan.WEB)) {
                for (int ordinal = 0; ordinal < instances(release); ordinal++) {
                    web.add(prepared.web(key(release, process, ordinal), command, webPort(release)));
                }
                return;
            }
            others.add(prepared.workload(key(release, process, 0), command));
        });
        return new Launch(
                release,
                web,
                others,
                start.release()
                        .map(command -> prepared.with("RELEASE_COMMAND", "1")
                                .workload(key(release, RELEASE_PROCESS, 0), command)),
                release.manifest().cron().stream()
                        .map(entry -> scheduled(prepared, release, entry))
                        .toList());
    }

    private static ScheduledWorkload scheduled(Prepared prepared, Release release, AppManifest.CronEntry entry) {
        Workload.Key key = key(release, ScheduledWorkload.process(entry.name()), 0);
        return new ScheduledWorkload(
                entry.name(), entry.schedule(), entry.timeout(), prepared.workload(key, entry.command()));
    }

    /** A command beside the release's own processes, with all that they have. */
    public Workload oneOff(Project project, Release release, Workload.Key key, Command command) {
        var orchestrator = ports.hosting().orchestrator();
        var claims = release.manifest().volumes();
        return open(project, release, orchestrator.createVolumes(project, release.name(), claims))
                .workload(key, command);
    }

    /** Where people find the release. */
    public URI url(Release release) {
        return hosts.url(release.project());
    }

    private Prepared open(Project project, Release release, List<Workload.Volume> volumes) {
        ReleaseImage image = ports.images().open(release.image());
        return new Prepared(project, release, image, volumes, environment(release, image.start(), volumes));
    }

    /** What all workloads of a release share. */
    private record Prepared(
            Project project,
            Release release,
            ReleaseImage image,
            List<Workload.Volume> volumes,
            Map<String, SecretValue> environment) {

        Prepared with(String name, String value) {
            Map<String, SecretValue> further = new HashMap<>(environment);
            further.put(name, new SecretValue(value));
            return new Prepared(project, release, image, volumes, further);
        }

        Workload web(Workload.Key key, Command command, Workload.Port port) {
            return workload(key, command, Workload.Terms.of(release.manifest()), port);
        }

        /** Beside the web process: one of it, without traffic. */
        Workload workload(Workload.Key key, Command command) {
            return workload(key, command, Workload.Terms.of(release.manifest()).single(), new Workload.Port.None());
        }

        private Workload workload(Workload.Key key, Command command, Workload.Terms terms, Workload.Port port) {
            return new Workload(
                    key,
                    project,
                    release.name(),
                    image.start().runtime(),
                    command,
                    image.start().folder(),
                    environment,
                    new Workload.Image(
                            image.digest(),
                            image.mounts().stream()
                                    .map(mount -> new Workload.Mount(mount.folder(), mount.path()))
                                    .toList()),
                    volumes,
                    terms,
                    port);
        }
    }

    private int instances(Release release) {
        return switch (ports.hosting().orchestrator().place()) {
            case HOST -> release.manifest().scaling().min();
            case CLUSTER -> 1;
        };
    }

    private static Workload.Key key(Release release, String process, int ordinal) {
        return new Workload.Key(release.deployment(), process, ordinal);
    }

    private static Workload.Port webPort(Release release) {
        Optional<Workload.Port> fixed = release.manifest().port().map(Workload.Port.Fixed::new);
        return fixed.orElseGet(Workload.Port.Assigned::new);
    }

    /** The layers' own entries first, then the user's, then the platform's: each wins over the one before. */
    private Map<String, SecretValue> environment(Release release, StartPlan start, List<Workload.Volume> volumes) {
        Map<String, SecretValue> environment = new HashMap<>();
        start.environment().forEach((name, value) -> environment.put(name, new SecretValue(value)));
        release.manifest().env().forEach((name, value) -> environment.put(name.value(), reveal(release, value)));
        injected(release, volumes).forEach((name, value) -> environment.put(name, new SecretValue(value)));
        return environment;
    }

    private SecretValue reveal(Release release, EnvValue value) {
        return switch (value) {
            case EnvValue.Literal(String text) -> new SecretValue(text);
            case EnvValue.Secret(SecretName secret) -> {
                Integer version = release.secretVersions().get(secret);
                if (version == null) {
                    throw new IllegalStateException("release " + release.version() + " pins no version of " + secret);
                }
                yield ports.secrets().reveal(release.project(), secret, version);
            }
        };
    }

    private Map<String, String> injected(Release release, List<Workload.Volume> volumes) {
        Map<String, String> injected = new HashMap<>();
        injected.put("BACKENDIM_PROJECT_ID", release.project().value());
        injected.put("BACKENDIM_DEPLOYMENT_ID", release.deployment().toString());
        injected.put("BACKENDIM_RELEASE", release.version().toString());
        injected.put("BACKENDIM_ENVIRONMENT", "production");
        injected.put("BACKENDIM_URL", hosts.url(release.project()).toString());
        injected.put("BACKENDIM_COMMIT", release.commit().value());
        injected.put("GIT_REV", release.commit().value());
        if (!volumes.isEmpty()) {
            injected.put("DATA_DIR", volumes.getFirst().path());
        }
        return injected;
    }
}
