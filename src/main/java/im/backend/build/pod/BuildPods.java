package im.backend.build.pod;

import im.backend.build.ImageBase;
import im.backend.build.ImageBases;
import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.orchestrator.kubernetes.NodeAddresses;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.problem.Problem;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the pods that builds run in, and knows the images that they are made of. Safe for several threads. */
final class BuildPods {
    private static final Pattern VERSION = Pattern.compile("[0-9]+(?:\\.[0-9]+)*");
    private static final String PATH = "PATH=";
    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Cluster cluster;
    private final PodSandboxSettings settings;
    private final ImageBases images;
    private final BuildPodObjects objects;
    private final BuildNames names;
    /** What an image holds never changes. */
    private final Map<Digest, PodWorkshop.Place> known = new ConcurrentHashMap<>();

    BuildPods(Cluster cluster, PodSandboxSettings settings, ImageBases images, BuildNames names) {
        this.cluster = cluster;
        this.settings = settings;
        this.images = images;
        this.objects = new BuildPodObjects(settings);
        this.names = names;
    }

    PodSandboxSettings.PodLimits limits() {
        return settings.limits();
    }

    /** Makes the room for builds, and removes what builds of an earlier server left in it. */
    void prepare() {
        cluster.apply(Kind.NAMESPACE, objects.namespace());
        cluster.apply(Kind.RESOURCE_QUOTA, objects.quota());
        cluster.apply(Kind.NETWORK_POLICY, objects.policy(NodeAddresses.of(cluster)));
        Selection own = Selection.in(settings.namespace()).labelled(Ownership.OWNER, settings.owner());
        for (V1Pod pod : cluster.list(Kind.POD, own)) {
            cluster.delete(Kind.POD, pod, Cluster.Propagation.BACKGROUND);
        }
        for (V1Secret secret : cluster.list(Kind.SECRET, own)) {
            cluster.delete(Kind.SECRET, secret, Cluster.Propagation.BACKGROUND);
        }
        objects.pullSecret().ifPresent(secret -> cluster.apply(Kind.SECRET, secret));
    }

    /** Fails with StageFailed {@code runtime-missing} that has what is said about bringing it in. */
    ImageBase image(RuntimeSpec runtime) {
        List<String> said = new ArrayList<>();
        return images.choose(runtime, said::add)
                .orElseThrow(() -> new Problem.StageFailed(
                                "runtime-missing",
                                "There is no image to build " + runtime + " in.",
                                "Bring it in with `backendim registry pull`, or set build.base-images: always.",
                                said)
                        .asException());
    }

    BuildPod start(ProjectId project, ImageBase image) throws InterruptedException {
        String name = names.next(project);
        Passed passed = Passed.of(settings.passed());
        List<V1Secret> secrets = objects.secrets(name, passed.environment(), passed.files());
        secrets.forEach(secret -> cluster.apply(Kind.SECRET, secret));
        String reference = settings.registry() + "/" + image.repository() + "@" + image.digest();
        return BuildPod.start(
                cluster, objects.pod(name, project, reference), limits().startMax(), () -> forget(secrets));
    }

    private void forget(List<V1Secret> secrets) {
        for (V1Secret secret : secrets) {
            Address address = Address.in(
                    settings.namespace(), String.valueOf(secret.getMetadata().getName()));
            cluster.delete(Kind.SECRET, address, Cluster.Propagation.BACKGROUND);
        }
    }

    /** What is known of the image already; a file tells it to the next server. */
    Optional<PodWorkshop.Place> known(ImageBase image) {
        return Optional.ofNullable(known.get(image.digest())).or(() -> read(image));
    }

    private Optional<PodWorkshop.Place> read(ImageBase image) {
        try {
            List<String> lines = Files.readAllLines(note(image));
            return lines.size() == 2
                    ? Optional.of(new PodWorkshop.Place(image, lines.get(0), lines.get(1)))
                    : Optional.empty();
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    /** Looks into a pod of the image. */
    PodWorkshop.Place remember(ImageBase image, RuntimeSpec runtime, BuildPod pod)
            throws IOException, InterruptedException {
        String path = Stream.of(pod.ask(List.of("env")).split("\n", -1))
                .filter(line -> line.startsWith(PATH))
                .map(line -> line.substring(PATH.length()).strip())
                .findFirst()
                .orElse(USUAL_PATH);
        PodWorkshop.Place place = new PodWorkshop.Place(image, version(runtime, image, pod), path);
        known.put(image.digest(), place);
        Files.createDirectories(note(image).getParent());
        Files.write(note(image), List.of(place.version(), place.path()));
        return place;
    }

    private static String version(RuntimeSpec runtime, ImageBase image, BuildPod pod) throws InterruptedException {
        try {
            Matcher version = VERSION.matcher(pod.ask(command(runtime.language())));
            if (version.find()) {
                return version.group();
            }
        } catch (IOException notThere) {
            throw missing(runtime, image, notThere);
        }
        throw missing(runtime, image, new IOException("its version could not be read"));
    }

    private static RuntimeException missing(RuntimeSpec runtime, ImageBase image, IOException cause) {
        return new Problem.StageFailed(
                        "runtime-missing",
                        "Image " + image.reference() + " can not build " + runtime + ": " + cause.getMessage() + ".",
                        "Set an image with the language's own tools in build.bases.",
                        List.of())
                .asException(cause);
    }

    private static List<String> command(Language language) {
        return switch (language) {
            case PYTHON -> List.of("python3", "--version");
            case NODE -> List.of("node", "--version");
            case GO -> List.of("go", "env", "GOVERSION");
            case JAVA -> List.of("java", "--version");
            case STATIC, DOCKERFILE -> List.of("uname", "-r");
        };
    }

    private Path note(ImageBase image) {
        return settings.folder().resolve("bases").resolve(image.digest().hex());
    }
}
