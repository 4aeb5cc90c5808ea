package im.backend.build.pod;

import im.backend.cluster.Address;
import im.backend.cluster.Change;
import im.backend.cluster.Cluster;
import im.backend.cluster.ExecRequest;
import im.backend.cluster.ExecStreams;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.cluster.Watch;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.kubernetes.sight.PodDiagnosis;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodStatus;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One pod of a build: programs run in it one after the other, and it is gone when this is closed. */
final class BuildPod implements AutoCloseable {
    private static final Duration TRANSFER_MAX = Duration.ofMinutes(10);

    private final Cluster cluster;
    private final Address address;
    private final Runnable afterwards;

    private BuildPod(Cluster cluster, Address address, Runnable afterwards) {
        this.cluster = cluster;
        this.address = address;
        this.afterwards = afterwards;
    }

    /**
     * Waits until it runs. Fails with StageFailed that says what the cluster has against it.
     *
     * @param afterwards removes what only this pod needed
     */
    static BuildPod start(Cluster cluster, V1Pod wanted, Duration max, Runnable afterwards)
            throws InterruptedException {
        Address address = Address.in(
                wanted.getMetadata().getNamespace(), wanted.getMetadata().getName());
        BuildPod pod = new BuildPod(cluster, address, afterwards);
        try {
            interruptible(() -> cluster.apply(Kind.POD, wanted));
            pod.awaitRunning(max);
            return pod;
        } catch (RuntimeException | InterruptedException failed) {
            pod.close();
            throw failed;
        }
    }

    private void awaitRunning(Duration max) throws InterruptedException {
        LinkedBlockingQueue<Optional<V1Pod>> seen = new LinkedBlockingQueue<>();
        long deadline = System.nanoTime() + max.toNanos();
        try (Watch ignored = cluster.watch(Kind.POD, Selection.only(address), change -> seen.add(pod(change)))) {
            Optional<Hindrance> hindrance = Optional.empty();
            while (true) {
                Optional<V1Pod> pod = seen.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (pod == null) {
                    throw notStarted(hindrance, max);
                }
                if (pod.flatMap(BuildPod::phase).equals(Optional.of("Running"))) {
                    return;
                }
                hindrance = pod.flatMap(PodDiagnosis::hindrance);
                if (hindrance.isPresent() && hindrance.get().outlook() == Hindrance.Outlook.STAYS) {
                    throw notStarted(hindrance, max);
                }
            }
        }
    }

    private RuntimeException notStarted(Optional<Hindrance> hindrance, Duration max) {
        return hindrance
                .map(known -> new Problem.StageFailed(
                        "sandbox-missing", "The build pod does not start. " + known.cause(), known.fix(), List.of()))
                .orElseGet(() -> new Problem.StageFailed(
                        "sandbox-missing",
                        "The build pod " + address + " did not start within " + max.toSeconds() + " s.",
                        "See what the cluster says: kubectl describe pods --namespace " + address.namespace() + ".",
                        List.of()))
                .asException();
    }

    private static Optional<String> phase(V1Pod pod) {
        return Optional.ofNullable(pod.getStatus()).map(V1PodStatus::getPhase);
    }

    private static Optional<V1Pod> pod(Change<V1Pod> change) {
        return switch (change) {
            case Change.All<V1Pod>(List<V1Pod> pods) -> pods.stream().findFirst();
            case Change.Present<V1Pod>(V1Pod pod) -> Optional.of(pod);
            case Change.Gone<V1Pod> gone -> Optional.empty();
        };
    }

    /** How its container ended; empty while it runs. */
    Optional<Exit> exit() {
        return cluster.get(Kind.POD, address).flatMap(PodDiagnosis::lastExit);
    }

    /** @return the exit code; what the program says goes to {@code output} by lines, in this thread */
    int run(List<String> command, Duration max, Consumer<String> output) throws InterruptedException {
        LineFeed feed = new LineFeed();
        FutureTask<Integer> program = new FutureTask<>(() -> {
            try (OutputStream out = feed.output();
                    OutputStream error = feed.output()) {
                return exec(command, ExecStreams.to(out, error), max);
            } finally {
                feed.end();
            }
        });
        Thread thread = Thread.ofVirtual().name("program of " + address).start(program);
        try {
            feed.drainTo(output);
            return result(program);
        } finally {
            thread.interrupt();
        }
    }

    /** All that a short program says. Fails with an IOException that has it when the program does. */
    String ask(List<String> command) throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = interruptible(() -> exec(command, ExecStreams.to(said, said), TRANSFER_MAX));
        String text = said.toString(StandardCharsets.UTF_8);
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + ": " + text.strip());
        }
        return text;
    }

    /** Lets a program read a file of the server. */
    void send(List<String> command, Path content) throws IOException, InterruptedException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(content))) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            int code = interruptible(() -> exec(command, new ExecStreams(in, said, said), TRANSFER_MAX));
            if (code != 0) {
                throw new IOException("the build's files could not be sent: " + said.toString(StandardCharsets.UTF_8));
            }
        }
    }

    /** Keeps what a program writes in a file of the server, up to {@code bytesMax}. */
    void receive(List<String> command, Path content, long bytesMax) throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (OutputStream out = new BoundedOutput(Files.newOutputStream(content), bytesMax)) {
            int code = interruptible(() -> exec(command, ExecStreams.to(out, said), TRANSFER_MAX));
            if (code != 0) {
                throw new IOException(
                        "the build's result could not be fetched: " + said.toString(StandardCharsets.UTF_8));
            }
        }
    }

    private int exec(List<String> command, ExecStreams streams, Duration max) {
        return cluster.exec(address, new ExecRequest(BuildPodObjects.CONTAINER, command), streams, max);
    }

    private static int result(FutureTask<Integer> program) throws InterruptedException {
        try {
            return program.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException told) {
                throw told;
            }
            throw new IllegalStateException(failed);
        }
    }

    /** The gateway tells an interrupt as a failure with the flag kept. */
    private static <T> T interruptible(Supplier<T> call) throws InterruptedException {
        try {
            return call.get();
        } catch (ProblemException failed) {
            if (Thread.interrupted()) {
                throw new InterruptedException(failed.getMessage());
            }
            throw failed;
        }
    }

    @Override
    public void close() {
        // Deleted whatever happens: an interrupted build must not leave its pod behind.
        boolean interrupted = Thread.interrupted();
        try {
            cluster.delete(Kind.POD, address, Cluster.Propagation.BACKGROUND);
            afterwards.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
