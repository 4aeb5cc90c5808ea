package im.backend.cluster;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import im.backend.problem.ProblemException;
import io.kubernetes.client.common.KubernetesObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One watch: a list, then its changes from that version on, resumed at the last version seen. A watch that the API server
 * no longer remembers (410) begins anew with a list.
 */
final class WatchThread<T extends KubernetesObject> implements Watch {
    private static final System.Logger LOG = System.getLogger(WatchThread.class.getName());
    private static final Duration BEYOND = Duration.ofSeconds(15);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final Connection connection;
    private final Kind<T> kind;
    private final Selection selection;
    private final Duration watchFor;
    private final Consumer<Change<T>> listener;
    private final Backoff backoff;
    private final Thread thread;
    private volatile boolean closed;
    private volatile okhttp3.@Nullable Call open;
    private String version = "";

    WatchThread(
            Cluster cluster,
            Connection connection,
            Kind<T> kind,
            Selection selection,
            Duration watchFor,
            Consumer<Change<T>> listener,
            Backoff backoff) {
        this.cluster = cluster;
        this.connection = connection;
        this.kind = kind;
        this.selection = selection;
        this.watchFor = watchFor;
        this.listener = listener;
        this.backoff = backoff;
        this.thread = Thread.ofVirtual().name("watch of " + kind.plural()).unstarted(this::run);
    }

    /** @param version of the list that is known already; empty to be told one first */
    WatchThread<T> from(String version) {
        this.version = version;
        return this;
    }

    Watch start() {
        thread.start();
        return this;
    }

    @Override
    public void close() {
        closed = true;
        okhttp3.Call call = open;
        if (call != null) {
            call.cancel();
        }
        thread.interrupt();
        if (Thread.currentThread() != thread) {
            try {
                thread.join(CLOSE_WAIT);
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        while (!closed && !connection.isClosed()) {
            try {
                if (version.isEmpty()) {
                    Cluster.Listing<T> listing = cluster.listing(kind, selection);
                    tell(new Change.All<>(listing.items()));
                    version = listing.resourceVersion();
                }
                follow();
            } catch (ProblemException refused) {
                failed(refused);
            } catch (IOException | JsonParseException broken) {
                failed(broken);
            }
        }
    }

    /** Returns when the API server ends it in order, as it does after a while. */
    private void follow() throws IOException {
        Call call = Call.get("watch " + kind.plural(), kind.path(selection.namespace()))
                .with("watch", "true")
                .with("allowWatchBookmarks", "true")
                .with("resourceVersion", version)
                .with("timeoutSeconds", Long.toString(Math.max(1, watchFor.toSeconds())))
                .with("labelSelector", selection.labels())
                .with("fieldSelector", selection.fields());
        okhttp3.Call stream = connection.stream(call, watchFor.plus(BEYOND));
        open = stream;
        if (closed) {
            return;
        }
        try (Response response = connection.begin(stream)) {
            if (!response.isSuccessful()) {
                failed(ApiFailure.of(response));
                return;
            }
            try (BufferedReader lines = new BufferedReader(response.body().charStream())) {
                for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                    if (!event(ObjectJson.parse(line))) {
                        return;
                    }
                }
            }
        }
    }

    /** @return whether the watch goes on */
    private boolean event(JsonObject event) {
        JsonObject object = event.getAsJsonObject("object");
        String type = ObjectJson.text(event, "type");
        if (type.equals("ERROR")) {
            failed(ApiFailure.of(object));
            return false;
        }
        String seen = ObjectJson.text(object, "metadata", "resourceVersion");
        switch (type) {
            case "ADDED", "MODIFIED" -> tell(new Change.Present<>(ObjectJson.object(kind, object)));
            case "DELETED" -> tell(new Change.Gone<>(ObjectJson.object(kind, object)));
            // A bookmark says only how far the history has gone on.
            default -> {}
        }
        version = seen;
        backoff.reset();
        return true;
    }

    private void tell(Change<T> change) {
        if (closed) {
            return;
        }
        try {
            listener.accept(change);
        } catch (RuntimeException fault) {
            // One bad object must not blind the platform for all others.
            LOG.log(System.Logger.Level.ERROR, "a listener failed on a change of " + kind.plural(), fault);
        }
    }

    private void failed(ApiFailure failure) {
        if (failure.expired()) {
            version = "";
        }
        LOG.log(System.Logger.Level.DEBUG, "watch of {0} interrupted: {1}", kind.plural(), failure);
        pause(failure.retryAfter());
    }

    private void failed(Exception fault) {
        if (!closed) {
            LOG.log(System.Logger.Level.DEBUG, "watch of " + kind.plural() + " interrupted", fault);
            pause(Duration.ZERO);
        }
    }

    private void pause(Duration asked) {
        try {
            Thread.sleep(backoff.next(asked));
        } catch (InterruptedException end) {
            closed = true;
        }
    }
}
