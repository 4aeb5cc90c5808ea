package im.backend.cluster;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.common.KubernetesObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import okhttp3.Response;

/**
 * The one gateway to the API server. What is only passing (429, 5xx, a broken connection) is repeated with growing pauses
 * until {@link ClusterSettings#patience} is used up; what is a definite refusal is told at once, in the API server's own
 * words. Every call that is repeated means the same the second time: objects are applied by name, deleted by uid.
 *
 * <p>Fails with {@code cluster-unreachable}, {@code cluster-busy}, {@code cluster-denied}, {@code cluster-absent},
 * {@code cluster-conflict}, {@code cluster-refused} or {@code quota-exceeded}. Safe for several threads; a thread that is
 * interrupted while it waits fails with {@code cluster-unreachable} and keeps its interrupt flag.
 */
public final class Cluster implements AutoCloseable {
    public static final String FIELD_MANAGER = "backendim";

    private static final int PAGE = 500;
    private static final int RELISTS_MAX = 5;
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final ClusterSettings settings;
    private final Connection connection;
    private final RandomGenerator random;

    private Cluster(ClusterSettings settings, Connection connection, RandomGenerator random) {
        this.settings = settings;
        this.connection = connection;
        this.random = random;
    }

    /** Reads the kubeconfig; says nothing to the API server yet. Fails with {@code kubeconfig-invalid}. */
    public static Cluster open(ClusterSettings settings) {
        return new Cluster(settings, Connection.open(settings), RandomGenerator.of("L64X128MixRandom"));
    }

    @Override
    public void close() {
        connection.close();
    }

    /** As {@code v1.34.2+k3s1}. */
    public String version() {
        return ObjectJson.text(
                answer(Call.get("ask for the version", "/version"), Repeat.ALSO_CONFLICTS), "gitVersion");
    }

    /** Whether the API server says now that it can do its work; does not wait for it. */
    public boolean isReady() {
        try (Response response = connection.answer(Call.get("ask for readiness", "/readyz"))) {
            return response.isSuccessful();
        } catch (IOException away) {
            return false;
        }
    }

    /**
     * Makes the object be as given (server-side apply): fields that were given the last time and are not now go away, fields
     * of others stay. Takes over fields that somebody else has set.
     *
     * @return as it is now
     */
    public <T extends KubernetesObject> T apply(Kind<T> kind, T object) {
        Address address = Address.of(object);
        Call call = Call.of(
                        "apply " + kind.name() + " " + address,
                        "PATCH",
                        kind.path(address),
                        "application/apply-patch+yaml",
                        bytes(ObjectJson.json(kind, object)))
                .with("fieldManager", FIELD_MANAGER)
                .with("force", "true");
        return ObjectJson.object(kind, answer(call, Repeat.ALSO_CONFLICTS));
    }

    /**
     * Fails with {@code cluster-conflict} when it is there. When the connection broke it may have been made by this very call:
     * whoever is told of a conflict looks at whose it is.
     */
    public <T extends KubernetesObject> T create(Kind<T> kind, T object) {
        Address address = Address.of(object);
        Call call = Call.of(
                        "create " + kind.name() + " " + address,
                        "POST",
                        kind.path(address.namespace()),
                        Call.JSON,
                        bytes(ObjectJson.json(kind, object)))
                .with("fieldManager", FIELD_MANAGER);
        return ObjectJson.object(kind, answer(call, Repeat.PASSING));
    }

    /**
     * Puts the object in the place of the version it was read as. Fails with {@code cluster-conflict} when somebody was
     * faster, which after a broken connection may have been this very call.
     */
    public <T extends KubernetesObject> T replace(Kind<T> kind, T object) {
        Address address = Address.of(object);
        Call call = Call.of(
                        "replace " + kind.name() + " " + address,
                        "PUT",
                        kind.path(address),
                        Call.JSON,
                        bytes(ObjectJson.json(kind, object)))
                .with("fieldManager", FIELD_MANAGER);
        return ObjectJson.object(kind, answer(call, Repeat.PASSING));
    }

    public <T extends KubernetesObject> T patch(Kind<T> kind, Address address, MergePatch change) {
        Call call = Call.of(
                        "patch " + kind.name() + " " + address,
                        "PATCH",
                        kind.path(address),
                        "application/merge-patch+json",
                        bytes(change.json()))
                .with("fieldManager", FIELD_MANAGER);
        return ObjectJson.object(kind, answer(call, Repeat.ALSO_CONFLICTS));
    }

    public <T extends KubernetesObject> Optional<T> get(Kind<T> kind, Address address) {
        try {
            Call call = Call.get("get " + kind.name() + " " + address, kind.path(address));
            return Optional.of(ObjectJson.object(kind, answer(call, Repeat.ALSO_CONFLICTS)));
        } catch (ProblemException missing) {
            if (missing.problem() instanceof Problem.NotFound) {
                return Optional.empty();
            }
            throw missing;
        }
    }

    /** All that is selected, in the API server's order (by namespace and name), read in pages. */
    public <T extends KubernetesObject> List<T> list(Kind<T> kind, Selection selection) {
        return listing(kind, selection).items();
    }

    /** Does nothing when there is none. Returns before it is gone when it has dependents, finalizers or a grace period. */
    public void delete(Kind<?> kind, Address address, Propagation propagation) {
        delete(kind, address, "", propagation);
    }

    /** Deletes this very object: one of the same name that was made since is left alone. */
    public <T extends KubernetesObject> void delete(Kind<T> kind, T object, Propagation propagation) {
        delete(
                kind,
                Address.of(object),
                Objects.requireNonNullElse(object.getMetadata().getUid(), ""),
                propagation);
    }

    /** Deletes it with its dependents and waits until it is gone. Fails with {@code cluster-slow} after {@code timeout}. */
    public <T extends KubernetesObject> void deleteAndWait(Kind<T> kind, Address address, Duration timeout) {
        awaitGone(kind, address, timeout, object -> delete(kind, object, Propagation.FOREGROUND));
    }

    /** Waits until what is going is gone. Fails with {@code cluster-slow} after {@code timeout}. */
    public <T extends KubernetesObject> void awaitGone(Kind<T> kind, Address address, Duration timeout) {
        awaitGone(kind, address, timeout, object -> {});
    }

    private <T extends KubernetesObject> void awaitGone(
            Kind<T> kind, Address address, Duration timeout, Consumer<T> begin) {
        Selection only = Selection.only(address);
        Listing<T> listing = listing(kind, only);
        if (listing.items().isEmpty()) {
            return;
        }
        T object = listing.items().getFirst();
        begin.accept(object);
        CountDownLatch gone = new CountDownLatch(1);
        Consumer<Change<T>> listener = change -> {
            if (!change.shows(object)) {
                gone.countDown();
            }
        };
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Watch watch = watch(kind, only, listing.resourceVersion(), listener)) {
            // Looked at now and then too: a connection may die without a word.
            while (!gone.await(Math.min(LOOK.toNanos(), deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
                    && new Change.All<>(list(kind, only)).shows(object)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new Problem.Unavailable(
                                    "cluster-slow",
                                    "delete %s %s: still there after %d s (its finalizers, or pods that do not end, hold it)"
                                            .formatted(kind.name(), address, timeout.toSeconds()),
                                    Duration.ofSeconds(30))
                            .asException();
                }
            }
        } catch (InterruptedException stop) {
            throw interrupted("delete " + kind.name() + " " + address);
        }
    }

    /**
     * Tells what there is and then each change, in order, in a thread of its own, until it is closed. Breaks, ends and
     * forgotten history are mended without being told, but for one more {@link Change.All}.
     */
    public <T extends KubernetesObject> Watch watch(Kind<T> kind, Selection selection, Consumer<Change<T>> listener) {
        return watch(kind, selection, "", listener);
    }

    /** @param version from which on it tells; empty for what there is and then each change */
    private <T extends KubernetesObject> Watch watch(
            Kind<T> kind, Selection selection, String version, Consumer<Change<T>> listener) {
        return new WatchThread<>(this, connection, kind, selection, settings.watchFor(), listener, new Backoff(random))
                .from(version)
                .start();
    }

    /** What a container wrote. The stream blocks while it {@linkplain LogRequest#follow follows}; closing it ends that. */
    public LogStream logs(Address pod, LogRequest request) {
        Call call = request.call(pod);
        return repeat(call.what(), Repeat.PASSING, () -> LogStream.open(connection, call, request.follow()));
    }

    /**
     * Runs a program in a container and waits for its end. Never runs it twice: what breaks once it may have begun fails with
     * {@code cluster-unreachable}.
     *
     * @return its exit code
     */
    public int exec(Address pod, ExecRequest request, ExecStreams streams, Duration timeout) {
        return repeat(
                "exec in pod " + pod, Repeat.PASSING, () -> new Exec(connection, pod, request, streams).run(timeout));
    }

    <T extends KubernetesObject> Listing<T> listing(Kind<T> kind, Selection selection) {
        for (int relists = 0; ; relists++) {
            try {
                return pages(kind, selection);
            } catch (ProblemException expired) {
                // The list took longer than the API server remembers: only from the beginning is it consistent.
                if (!(expired.problem() instanceof Problem.Gone) || relists == RELISTS_MAX) {
                    throw expired;
                }
            }
        }
    }

    private <T extends KubernetesObject> Listing<T> pages(Kind<T> kind, Selection selection) {
        Call first = Call.get("list " + kind.plural(), kind.path(selection.namespace()))
                .with("labelSelector", selection.labels())
                .with("fieldSelector", selection.fields())
                .with("limit", Integer.toString(PAGE));
        List<T> items = new ArrayList<>();
        String next = "";
        JsonObject page;
        do {
            page = answer(first.with("continue", next), Repeat.ALSO_CONFLICTS);
            items.addAll(ObjectJson.items(kind, page));
            next = ObjectJson.text(page, "metadata", "continue");
        } while (!next.isEmpty());
        return new Listing<>(List.copyOf(items), ObjectJson.text(page, "metadata", "resourceVersion"));
    }

    private void delete(Kind<?> kind, Address address, String uid, Propagation propagation) {
        JsonObject options = new JsonObject();
        options.addProperty("propagationPolicy", propagation.word());
        if (!uid.isEmpty()) {
            JsonObject precondition = new JsonObject();
            precondition.addProperty("uid", uid);
            options.add("preconditions", precondition);
        }
        Call call = Call.of(
                "delete " + kind.name() + " " + address, "DELETE", kind.path(address), Call.JSON, bytes(options));
        try {
            answer(call, Repeat.ALSO_CONFLICTS);
        } catch (ProblemException refused) {
            boolean gone = refused.problem() instanceof Problem.NotFound
                    || refused.problem() instanceof Problem.Conflict conflict
                            && ApiFailure.isOfAnotherObject(conflict.detail());
            if (!gone) {
                throw refused;
            }
        }
    }

    private JsonObject answer(Call call, Repeat repeat) {
        return repeat(call.what(), repeat, () -> {
            try (Response response = connection.answer(call)) {
                if (!response.isSuccessful()) {
                    return Attempt.failed(ApiFailure.of(response));
                }
                try (Reader body = response.body().charStream()) {
                    return Attempt.done(ObjectJson.parse(body));
                } catch (JsonParseException cut) {
                    // An answer that was cut off: the connection's fault, not the request's.
                    return Attempt.failed(ApiFailure.of(new IOException("the answer is not complete", cut)));
                }
            } catch (InterruptedIOException stopped) {
                if (!(stopped instanceof SocketTimeoutException) && !"timeout".equals(stopped.getMessage())) {
                    // OkHttp took the flag; whoever waits for this thread still wants it to stop.
                    Thread.currentThread().interrupt();
                }
                return Attempt.failed(ApiFailure.of(stopped));
            } catch (IOException fault) {
                return Attempt.failed(ApiFailure.of(fault));
            }
        });
    }

    private <R> R repeat(String what, Repeat repeat, Attempt.Once<R> once) {
        long deadline = System.nanoTime() + settings.patience().toNanos();
        Backoff backoff = new Backoff(random);
        while (true) {
            switch (once.attempt()) {
                case Attempt.Done<R>(R value) -> {
                    return value;
                }
                case Attempt.Failed<R>(ApiFailure failure) -> {
                    boolean again = failure.passing() || repeat == Repeat.ALSO_CONFLICTS && failure.overtaken();
                    Duration pause = backoff.next(failure.retryAfter());
                    if (!again || connection.isClosed() || System.nanoTime() + pause.toNanos() - deadline > 0) {
                        throw failure.asException(what);
                    }
                    pause(pause, what);
                }
                case Attempt.Final<R>(ApiFailure failure) -> throw failure.asException(what);
            }
        }
    }

    private static void pause(Duration pause, String what) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stop) {
            throw interrupted(what);
        }
    }

    private static ProblemException interrupted(String what) {
        Thread.currentThread().interrupt();
        return ApiFailure.of(new IOException("interrupted")).asException(what);
    }

    private static byte[] bytes(JsonObject json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What becomes of an object's dependents, as pods of a Deployment. */
    public enum Propagation {
        /** The object goes at once, they follow. */
        BACKGROUND,
        /** The object stays until they are gone. */
        FOREGROUND,
        /** They stay. */
        ORPHAN;

        private String word() {
            return name().charAt(0) + name().substring(1).toLowerCase(java.util.Locale.ROOT);
        }
    }

    private enum Repeat {
        PASSING,
        ALSO_CONFLICTS
    }

    record Listing<T>(List<T> items, String resourceVersion) {}
}
