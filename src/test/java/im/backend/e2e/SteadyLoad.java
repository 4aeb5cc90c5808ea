package im.backend.e2e;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests to an app at a steady rate, each judged: anything but a whole 200 is a failure. */
final class SteadyLoad implements AutoCloseable {
    record Result(int requests, List<String> failures) {}

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final PackagedServer server;
    private final String app;
    private final String path;

    private SteadyLoad(PackagedServer server, String app, String path) {
        this.server = server;
        this.app = app;
        this.path = path;
    }

    static SteadyLoad start(PackagedServer server, String app, String path, int requestsPerSecond)
            throws InterruptedException {
        SteadyLoad load = new SteadyLoad(server, app, path);
        load.clock.scheduleAtFixedRate(
                () -> load.senders.submit(load::request), 0, 1_000_000 / requestsPerSecond, TimeUnit.MICROSECONDS);
        load.first.await(10, TimeUnit.SECONDS);
        return load;
    }

    private void request() {
        try {
            HttpResponse<String> reply = server.app(app, path);
            if (reply.statusCode() != 200) {
                failures.add(reply.statusCode() + " " + reply.body());
            }
        } catch (IOException e) {
            failures.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requests.incrementAndGet();
        first.countDown();
    }

    /** Sends no more, waits for what is under way. */
    Result finish() throws InterruptedException {
        clock.shutdown();
        clock.awaitTermination(5, TimeUnit.SECONDS);
        senders.shutdown();
        senders.awaitTermination(30, TimeUnit.SECONDS);
        return new Result(requests.get(), List.copyOf(failures));
    }

    @Override
    public void close() throws InterruptedException {
        finish();
        senders.shutdownNow();
    }
}
