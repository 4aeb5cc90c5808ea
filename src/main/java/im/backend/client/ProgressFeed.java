package im.backend.client;

import im.backend.problem.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one deployment in order, each once: by WebSocket, and where something on the way does not let one
 * through, by asking for the events again and again. A cut connection is taken up after the last message seen.
 */
public final class ProgressFeed implements AutoCloseable {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(3);
    private static final Duration POLL_PAUSE = Duration.ofMillis(300);
    private static final int TRIES_MAX = 15;

    private final BackendClient client;
    private final String deployment;
    private final boolean output;
    private final Deque<JsonObject> polled = new ArrayDeque<>();
    private long last;
    private boolean polling;
    private boolean ended;
    private @Nullable TextSocket socket;

    ProgressFeed(BackendClient client, String deployment, long since, boolean output) {
        this.client = client;
        this.deployment = deployment;
        this.last = since;
        this.output = output;
    }

    /** The last message was handed out. */
    public boolean ended() {
        return ended;
    }

    /**
     * The next message, waiting for it.
     *
     * @param max after which it gives up; the feed is of no use then
     * @return empty when {@code max} is over, or after the message that ends the deployment
     */
    public Optional<JsonObject> next(Duration max) {
        long start = System.nanoTime();
        int tries = 0;
        while (!ended) {
            Duration left = max.minusNanos(System.nanoTime() - start);
            if (!left.isPositive()) {
                return Optional.empty();
            }
            try {
                Optional<JsonObject> message = polling ? poll() : listen(left);
                if (message.isPresent() && message.get().number("seq", 0) > last) {
                    last = message.get().number("seq", 0);
                    String status = message.get().text("status", "");
                    ended = status.equals("complete") || status.equals("failed");
                    return message;
                }
                if (message.isPresent()) {
                    continue;
                }
                tries++;
            } catch (TextSocket.Refused refused) {
                refused(refused, tries++);
            } catch (IOException broken) {
                if (tries++ >= TRIES_MAX) {
                    throw client.unreachable(broken);
                }
            }
            pause(tries);
        }
        return Optional.empty();
    }

    private Optional<JsonObject> listen(Duration max) throws IOException {
        TextSocket open = socket;
        if (open == null) {
            String path = "/ws?deploymentId=" + deployment + "&since=" + last + (output ? "&output=true" : "");
            open = TextSocket.open(client.uri(path), client.authorization());
            socket = open;
        }
        try {
            open.waitAtMost(max.compareTo(SILENCE_MAX) < 0 ? max : SILENCE_MAX);
            Optional<String> text = open.read();
            if (text.isPresent()) {
                return Optional.of(JsonObject.parse(text.get()));
            }
        } catch (IOException broken) {
            close();
            throw broken;
        }
        close();
        return Optional.empty();
    }

    private void refused(TextSocket.Refused refused, int tries) {
        switch (refused.status()) {
            case 401 -> client.forgetToken();
            case 403, 404, 410 ->
                throw Problems.of(refused.status(), refused.body(), 0).asException();
            default -> polling = true;
        }
        if (tries >= TRIES_MAX) {
            throw Problems.of(refused.status(), refused.body(), 0).asException();
        }
    }

    private Optional<JsonObject> poll() {
        if (polled.isEmpty()) {
            JsonObject reply = client.get(
                    "/v1/deployments/" + deployment + "/events?since=" + last + (output ? "&output=true" : ""));
            polled.addAll(reply.objects("events"));
            if (polled.isEmpty()) {
                pause(POLL_PAUSE);
                return Optional.of(new JsonObject().with("seq", last));
            }
        }
        return Optional.of(polled.removeFirst());
    }

    private static void pause(int tries) {
        pause(Duration.ofMillis(Math.min(PAUSE_MAX.toMillis(), 50L << Math.min(tries, 10))));
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("interrupted", "The wait was interrupted.", POLL_PAUSE).asException(stopped);
        }
    }

    @Override
    public void close() {
        TextSocket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException alreadyGone) {
                // Nothing is lost: whoever reads on opens another one.
            }
        }
    }
}
