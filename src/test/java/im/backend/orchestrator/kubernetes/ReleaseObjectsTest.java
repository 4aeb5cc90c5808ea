package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectJson;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.Resources;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.AppManifest.Strategy;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.Schedule;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.kubernetes.label.VolumeName;
import im.backend.orchestrator.kubernetes.label.WorkloadLabels;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects of ten thousand random workloads: valid, restricted, and each with a name of its own. */
@Tag("slow")
final class ReleaseObjectsTest {
    private static final NodeAddresses NODES =
            new NodeAddresses(List.of("198.51.100.7/32"), List.of("198.51.100.7/32", "10.42.0.0/32"));
    private static final int WORKLOADS = 10_000;
    private static final int PAIRS = 1_000_000;
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    private static final String VALIDATE = """
        import json, sys
        sys.path.insert(0, sys.argv[2])
        import kubernetes_validate
        count = 0
        for line in open(sys.argv[1]):
            kubernetes_validate.validate(json.loads(line), "1.34", strict=True)
            count += 1
        print(count, "valid")
        """;

    @TempDir
    Path folder;

    private final Random random = new Random(4);

    @Test
    void everyObjectIsValidRestrictedAndNamedOnce() throws Exception {
        Set<String> names = new HashSet<>();
        Map<String, String> shapes = new HashMap<>();
        for (int at = 0; at < WORKLOADS; at++) {
            Workload workload = workload();
            KubernetesSettings settings = settings();
            Ownership ownership = new Ownership(settings.owner());
            WorkloadObjects objects = new WorkloadObjects(settings, ownership);
            V1Deployment deployment = objects.deployment(workload);

            assertThat(names.add(deployment.getMetadata().getName())).isTrue();
            assertThat(deployment.getMetadata().getName()).matches(DNS_LABEL);
            assertThat(workload.release().toString()).matches(DNS_LABEL);
            assertThat(deployment.getMetadata().getLabels().values()).allMatch(LABEL_VALUE.asMatchPredicate());
            assertThat(WorkloadLabels.of(deployment).orElseThrow().key()).isEqualTo(workload.key());
            V1PodSpec pod = deployment.getSpec().getTemplate().getSpec();
            assertRestricted(pod);
            assertThat(pod.getTolerations())
                    .as("what leaves a lost node before Kubernetes' own time")
                    .hasSize(workload.volumes().isEmpty() ? 2 : 0);

            add(shapes, Kind.DEPLOYMENT, deployment);
            add(shapes, Kind.SECRET, objects.environment(workload));
            V1CronJob cronJob = objects.cronJob(scheduled(workload));
            assertThat(names.add(cronJob.getMetadata().getName())).isTrue();
            // The cluster appends 11 characters for the name of a Job.
            assertThat(cronJob.getMetadata().getName()).matches(DNS_LABEL).hasSizeLessThanOrEqualTo(52);
            assertThat(cronJob.getMetadata().getLabels().values()).allMatch(LABEL_VALUE.asMatchPredicate());
            assertThat(ScheduledWorkload.isScheduled(
                            WorkloadLabels.of(cronJob).orElseThrow().key()))
                    .isTrue();
            assertRestricted(
                    cronJob.getSpec().getJobTemplate().getSpec().getTemplate().getSpec());
            add(shapes, Kind.CRON_JOB, cronJob);
            objects.service(workload).ifPresent(one -> add(shapes, Kind.SERVICE, one));
            objects.autoscaler(workload).ifPresent(one -> add(shapes, Kind.AUTOSCALER, one));
            objects.disruptionBudget(workload).ifPresent(one -> add(shapes, Kind.DISRUPTION_BUDGET, one));
            NamespaceObjects room = new NamespaceObjects(settings, ownership);
            add(shapes, Kind.NAMESPACE, room.namespace(workload.release()));
            room.policies(workload.release(), NODES).forEach(one -> add(shapes, Kind.NETWORK_POLICY, one));
            add(shapes, Kind.RESOURCE_QUOTA, room.quota(workload.release()));
            add(shapes, Kind.LIMIT_RANGE, room.limits(workload.release()));
            room.pullSecret(workload.release()).ifPresent(one -> add(shapes, Kind.SECRET, one));
        }
        assertValid(shapes);
    }

    @Test
    void noTwoReleasesHaveTheSameNamesAnywhere() {
        Map<String, String> seen = new HashMap<>();
        for (int at = 0; at < PAIRS; at++) {
            // Few letters, so that what could be read in two ways comes up.
            String project = "a-" + "ab0123456789".charAt(random.nextInt(2)) + few("-b0", 20) + "b";
            ProjectId id = new ProjectId(project.replaceAll("-+", "-"));
            ReleaseName release = new ReleaseName(id, new CommitHash(few("b0", 12) + "0".repeat(28)));
            String volume = random.nextBoolean() ? "data" : "b" + few("b0", 11);
            String origin = id + " " + release.commit() + " " + volume;

            String before = seen.put(VolumeName.of(release, volume), origin);

            assertThat(before == null || before.equals(origin)).as(origin).isTrue();
        }
    }

    /** Schemas know types and not values, so each shape is asked about once. */
    private static <T extends KubernetesObject> void add(Map<String, String> shapes, Kind<T> kind, T object) {
        JsonObject json = ObjectJson.json(kind, object);
        shapes.putIfAbsent(shape(json), json.toString());
    }

    private static String shape(JsonElement json) {
        if (json.isJsonObject()) {
            Set<String> fields = new java.util.TreeSet<>();
            json.getAsJsonObject().entrySet().forEach(field -> {
                boolean named = field.getKey().equals("data") || field.getKey().equals("labels");
                fields.add(field.getKey() + ":" + (named ? "map" : shape(field.getValue())));
            });
            return fields.toString();
        }
        if (json.isJsonArray()) {
            Set<String> items = new java.util.TreeSet<>();
            json.getAsJsonArray().forEach(item -> items.add(shape(item)));
            return "list" + items;
        }
        return json.getAsJsonPrimitive().isString()
                ? "text"
                : json.getAsJsonPrimitive().isNumber() ? "number" : "bool";
    }

    private void assertValid(Map<String, String> shapes) throws Exception {
        Path packages = folder.resolve("packages");
        int installed = new ProcessBuilder(
                        "python3",
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--target",
                        packages.toString(),
                        "kubernetes-validate")
                .start()
                .waitFor();
        assumeThat(installed).as("kubernetes-validate can be installed").isZero();
        Path file = Files.write(folder.resolve("objects"), shapes.values());
        Process python = new ProcessBuilder("python3", "-c", VALIDATE, file.toString(), packages.toString())
                .redirectErrorStream(true)
                .start();

        assertThat(new String(python.getInputStream().readAllBytes())).contains(shapes.size() + " valid");
    }

    /** Pod Security Standards, level restricted. */
    private static void assertRestricted(V1PodSpec pod) {
        assertThat(pod.getHostNetwork()).isNull();
        assertThat(pod.getHostPID()).isNull();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getVolumes())
                .allMatch(volume -> volume.getEmptyDir() != null || volume.getPersistentVolumeClaim() != null);
        assertThat(pod.getContainers()).hasSize(1).allSatisfy(container -> {
            var context = container.getSecurityContext();
            assertThat(context.getAllowPrivilegeEscalation()).isFalse();
            assertThat(context.getReadOnlyRootFilesystem()).isTrue();
            assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(context.getCapabilities().getAdd()).isNullOrEmpty();
            assertThat(container.getResources().getLimits()).containsKeys("memory", "cpu");
        });
    }

    private Workload workload() {
        ProjectId project = new ProjectId("a" + few("abc0", 8) + "-b" + few("abc0", random.nextInt(1, 30)));
        Map<String, SecretValue> environment = new HashMap<>();
        for (int at = random.nextInt(5); at > 0; at--) {
            environment.put("V" + few("AB_0", 6), new SecretValue(few("a$(){}\"\\ü\n", 12)));
        }
        if (random.nextBoolean()) {
            environment.put("BACKENDIM_URL", new SecretValue("http://shop.example.com"));
        }
        List<Workload.Volume> volumes = new ArrayList<>();
        for (int at = random.nextInt(4); at > 0; at--) {
            volumes.add(new Workload.Volume(at == 1 ? "data" : "v" + at, "/volume" + at));
        }
        int min = random.nextInt(1, 4);
        return new Workload(
                new Workload.Key(new DeploymentId(new UUID(random.nextLong(), random.nextLong())), process(), 0),
                new Project(project, Instant.EPOCH, 1, Optional.empty()),
                new ReleaseName(project, new CommitHash(few("0123456789abcdef", 40))),
                RuntimeSpec.parse(
                        List.of("python", "node", "go", "java", "dockerfile").get(random.nextInt(5))),
                Command.ofWords(List.of("./run", few("a$B{} -", 10))),
                "/app",
                environment,
                new Workload.Image(Digest.ofSha256Hex(few("0123456789abcdef", 64)), List.of()),
                volumes,
                new Workload.Terms(
                        new Resources(random.nextLong(16L << 20, 256L << 30), random.nextInt(10, 64_000)),
                        new Scaling(min, min + random.nextInt(3)),
                        new HealthCheck(
                                random.nextBoolean() ? Optional.of("/healthz") : Optional.empty(),
                                Duration.ofMillis(random.nextInt(100, 60_000)),
                                Duration.ofMillis(random.nextInt(100, 60_000)),
                                Duration.ofSeconds(random.nextInt(600)),
                                Duration.ofSeconds(random.nextInt(1, 3_600))),
                        Strategy.values()[random.nextInt(2)],
                        Duration.ofSeconds(random.nextInt(600))),
                switch (random.nextInt(3)) {
                    case 0 -> new Workload.Port.None();
                    case 1 -> new Workload.Port.Assigned();
                    default -> new Workload.Port.Fixed(random.nextInt(1, 65_536));
                });
    }

    private ScheduledWorkload scheduled(Workload of) {
        String name = "a" + few("bz09", random.nextInt(30));
        Workload.Key key = new Workload.Key(of.key().deployment(), ScheduledWorkload.process(name), 0);
        Workload workload = new Workload(
                key,
                of.project(),
                of.release(),
                of.runtime(),
                of.command(),
                of.folder(),
                of.environment(),
                of.image(),
                of.volumes(),
                of.terms().single(),
                new Workload.Port.None());
        List<String> schedules = List.of("*/7 * 1-5,9 JAN-MAR FRI-SUN", "@daily", "0 0 */2 * *", "5 4 * * 7");
        return new ScheduledWorkload(
                name,
                new Schedule(schedules.get(random.nextInt(schedules.size()))),
                Duration.ofMillis(random.nextInt(1_000, 86_400_000)),
                workload);
    }

    private String process() {
        return random.nextBoolean() ? "web" : few("aZ0_-", random.nextInt(1, 31));
    }

    private KubernetesSettings settings() {
        return new KubernetesSettings(
                "8f9a2f5e-0000-4000-8000-000000000003",
                (project, digest) -> "10.0.0.5:8080/" + project + "@" + digest,
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new KubernetesSettings.PullLogin("10.0.0.5:8080", "nodes", new SecretValue("x"))),
                "kube-system",
                new KubernetesSettings.StorageSettings(Optional.empty(), Path.of("volumes")),
                Duration.ofSeconds(random.nextInt(1, 300)),
                Duration.ofSeconds(60));
    }

    private String few(String letters, int count) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < count; at++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }
}
