package im.backend.build.pod;

import im.backend.build.ImageBase;
import im.backend.build.language.Step;
import im.backend.build.language.Workbench;
import im.backend.build.language.Workshop;
import im.backend.domain.ProjectId;
import im.backend.domain.RuntimeSpec;
import im.backend.file.FileTree;
import im.backend.orchestrator.Exit;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Programs of a build run in a pod of the runtime's base image. The bench is a copy on the server: it is sent before the
 * programs run, and what they made is fetched afterwards. A build that finds everything in the cache makes no pod.
 */
final class PodWorkshop implements Workshop {
    private static final int FILES_MAX = 500_000;
    private static final int KILLED = 137;
    private static final List<String> EMPTIED = List.of("/app", Workbench.SIDE + "/out");

    private final BuildPods pods;
    private final ProjectId project;
    private final RuntimeSpec runtime;
    private final Path work;
    private final Set<String> sent = new HashSet<>();
    private Optional<Place> place = Optional.empty();
    private Optional<Workbench> bench = Optional.empty();
    private Optional<BuildPod> pod = Optional.empty();

    /**
     * The image that programs run in.
     *
     * @param version of the runtime's tools in it
     * @param path PATH in it
     */
    record Place(ImageBase image, String version, String path) {}

    /** @param work parent of the bench's folders */
    PodWorkshop(BuildPods pods, ProjectId project, RuntimeSpec runtime, Path work) {
        this.pods = pods;
        this.project = project;
        this.runtime = runtime.withVersion();
        this.work = work;
    }

    @Override
    public String version() {
        return place().version();
    }

    @Override
    public String platform() {
        return place().image().digest().toString();
    }

    @Override
    public String path() {
        return place().path();
    }

    /** The pod has it already, from a Secret. */
    @Override
    public Map<String, String> environment() {
        return Map.of();
    }

    /** Images bring pip; Maven or Gradle come with the image of a Java build. */
    @Override
    public Optional<Tool> find(ToolName name) {
        return switch (name) {
            case UV -> Optional.empty();
            case MAVEN, GRADLE -> Optional.of(new Tool(name.program(), List.of()));
        };
    }

    private Place place() {
        if (place.isEmpty()) {
            ImageBase image = pods.image(runtime);
            place = Optional.of(pods.known(image).orElseGet(() -> look(image)));
        }
        return place.get();
    }

    private Place look(ImageBase image) {
        try {
            return pods.remember(image, runtime, open(image));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "The build was cancelled.", "", List.of())
                    .asException(interrupted);
        }
    }

    private BuildPod open(ImageBase image) throws InterruptedException {
        if (pod.isEmpty()) {
            pod = Optional.of(pods.start(project, image));
        }
        return pod.get();
    }

    private BuildPod pod() throws InterruptedException {
        return open(place().image());
    }

    @Override
    public Workbench bench() throws IOException {
        if (bench.isEmpty()) {
            bench = Optional.of(Workbench.open(work, OptionalInt.empty()));
        }
        return bench.get();
    }

    @Override
    public void deliver() throws IOException, InterruptedException {
        List<String> clear = new ArrayList<>(List.of("find"));
        clear.addAll(EMPTIED);
        clear.addAll(List.of("-mindepth", "1", "-delete"));
        pod().ask(List.of("mkdir", "-p", Workbench.SIDE + "/out"));
        pod().ask(clear);
        sent.clear();
        send(bench().side(), Workbench.SIDE);
        send(bench().app(), Workbench.APP);
    }

    private void send(Path source, String target) throws IOException, InterruptedException {
        Path spool = Files.createTempFile(work, "sent-", ".tar");
        try {
            try (OutputStream out = Files.newOutputStream(spool)) {
                FolderTar.write(source, out);
            }
            pod().ask(List.of("mkdir", "-p", target));
            pod().send(List.of("tar", "-xf", "-", "-C", target), spool);
        } finally {
            Files.delete(spool);
        }
    }

    @Override
    public Path collect(String path, List<String> without) throws IOException, InterruptedException {
        Path folder = bench().at(path);
        new FileTree(folder).delete();
        Files.createDirectories(folder);
        pod().ask(List.of("mkdir", "-p", path));
        // What was only shown is no result; its mount point is.
        for (String shown : sent) {
            if (shown.startsWith(path + "/")) {
                pod().ask(List.of("find", shown, "-mindepth", "1", "-delete"));
            }
        }
        List<String> pack = new ArrayList<>(List.of("tar", "-cf", "-", "-C", path));
        without.forEach(name -> pack.add("--exclude=./" + name));
        pack.add(".");
        Path spool = Files.createTempFile(work, "made-", ".tar");
        try {
            long bytesMax = pods.limits().diskBytes();
            pod().receive(pack, spool, bytesMax);
            try (var in = Files.newInputStream(spool)) {
                new FolderTar(FILES_MAX, bytesMax).unpack(in, folder);
            }
        } finally {
            Files.delete(spool);
        }
        return folder;
    }

    @Override
    public Outcome run(Step step, Map<String, String> environment, Duration max, Consumer<String> output)
            throws IOException, InterruptedException {
        for (Step.Shown shown : step.shown()) {
            if (sent.add(shown.path())) {
                send(shown.file(), shown.path());
            }
        }
        List<String> command = new ArrayList<>(List.of("env"));
        new TreeMap<>(environment).forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(step.arguments());
        long deadlineNanos = System.nanoTime() + max.toNanos();
        try {
            int code = pod().run(command, max, output);
            // Nobody else kills a single program of the pod.
            return code == KILLED ? new Outcome.OutOfMemory() : new Outcome.Ended(code);
        } catch (ProblemException broken) {
            if (Thread.interrupted()) {
                throw new InterruptedException(broken.getMessage());
            }
            if (System.nanoTime() >= deadlineNanos) {
                return new Outcome.TimedOut();
            }
            if (pod().exit().filter(Exit::outOfMemory).isPresent()) {
                return new Outcome.OutOfMemory();
            }
            throw broken;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            pod.ifPresent(BuildPod::close);
        } finally {
            if (bench.isPresent()) {
                bench.get().close();
            }
        }
    }
}
