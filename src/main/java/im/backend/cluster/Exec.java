package im.backend.cluster;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One program run in a container over a WebSocket: the first byte of a message names its stream ({@code
 * v5.channel.k8s.io}, {@code v4.channel.k8s.io}). Not the client's own, which can neither end the input nor hold back output
 * that nobody reads.
 */
final class Exec extends WebSocketListener {
    private static final String PROTOCOLS = "v5.channel.k8s.io,v4.channel.k8s.io";
    private static final byte STDIN = 0;
    private static final byte STDOUT = 1;
    private static final byte STDERR = 2;
    private static final byte STATUS = 3;
    /** Since v5: ends the stream whose number follows. */
    private static final byte END = (byte) 255;

    private static final int CHUNK = 32 << 10;
    private static final long UNSENT_MAX = 1 << 20;
    private static final Duration UNSENT_PAUSE = Duration.ofMillis(5);
    private static final int NORMAL_END = 1000;

    private final Connection connection;
    private final Address pod;
    private final ExecRequest request;
    private final ExecStreams streams;
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private final CompletableFuture<Attempt<Integer>> ended = new CompletableFuture<>();
    private volatile boolean canEndInput;

    Exec(Connection connection, Address pod, ExecRequest request, ExecStreams streams) {
        this.connection = connection;
        this.pod = pod;
        this.request = request;
        this.streams = streams;
    }

    Attempt<Integer> run(Duration timeout) {
        WebSocket socket = connection.webSocket(call(), arguments(), PROTOCOLS, this);
        Thread input = Thread.ofVirtual().name("input of exec").unstarted(() -> send(socket));
        try {
            opened.thenAccept(open -> {
                if (open) {
                    input.start();
                }
            });
            awaitBegin(timeout);
            return ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new Problem.Unavailable(
                            "cluster-slow",
                            "exec in pod %s: not done after %d s".formatted(pod, timeout.toSeconds()),
                            Duration.ofSeconds(30))
                    .asException();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Attempt.Final<>(ApiFailure.of(new IOException("interrupted")));
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug);
        } finally {
            input.interrupt();
            socket.cancel();
        }
    }

    /** A program that has not begun by then is given up; it may begin all the same, so it is not run again. */
    private void awaitBegin(Duration timeout) throws InterruptedException, ExecutionException {
        Duration max = connection.callTimeout().compareTo(timeout) < 0 ? connection.callTimeout() : timeout;
        try {
            CompletableFuture.anyOf(opened, ended).get(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException silent) {
            fail(new IOException("no answer within " + max.toMillis() + " ms"));
        }
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
        canEndInput = "v5.channel.k8s.io".equals(response.header("Sec-WebSocket-Protocol"));
        opened.complete(true);
    }

    @Override
    public void onMessage(WebSocket socket, ByteString message) {
        if (message.size() == 0) {
            return;
        }
        try {
            switch (message.getByte(0)) {
                case STDOUT -> write(message, streams.output());
                case STDERR -> write(message, streams.error());
                case STATUS ->
                    ended.complete(exit(ObjectJson.parse(message.substring(1).utf8())));
                // The end of an output says nothing that the status will not say.
                default -> {}
            }
        } catch (IOException | RuntimeException unreadable) {
            fail(unreadable instanceof IOException fault ? fault : new IOException(unreadable));
        }
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
        socket.close(NORMAL_END, null);
        fail(new IOException("ended without an exit code" + (reason.isEmpty() ? "" : ": " + reason)));
    }

    @Override
    public void onFailure(WebSocket socket, Throwable fault, @Nullable Response response) {
        if (response != null && !opened.isDone()) {
            // Refused before anything was begun.
            ended.complete(Attempt.failed(ApiFailure.of(response)));
        } else if (fault instanceof java.net.ConnectException) {
            ended.complete(Attempt.failed(ApiFailure.of((IOException) fault)));
        } else {
            fail(fault instanceof IOException broken ? broken : new IOException(fault));
        }
    }

    private void fail(IOException fault) {
        opened.complete(false);
        ended.complete(new Attempt.Final<>(ApiFailure.of(fault)));
    }

    private void send(WebSocket socket) {
        byte[] chunk = new byte[CHUNK];
        chunk[0] = STDIN;
        InputStream input = streams.input();
        try {
            for (int size = input.read(chunk, 1, CHUNK - 1); size >= 0; size = input.read(chunk, 1, CHUNK - 1)) {
                while (socket.queueSize() > UNSENT_MAX) {
                    Thread.sleep(UNSENT_PAUSE);
                }
                if (size > 0 && !socket.send(ByteString.of(chunk, 0, size + 1))) {
                    return;
                }
            }
            if (canEndInput) {
                socket.send(ByteString.of(END, STDIN));
            }
        } catch (IOException unreadable) {
            fail(unreadable);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(ByteString message, OutputStream to) throws IOException {
        message.substring(1).write(to);
        to.flush();
    }

    private static Attempt<Integer> exit(JsonObject status) {
        if (ObjectJson.text(status, "status").equals("Success")) {
            return Attempt.done(0);
        }
        if (ObjectJson.text(status, "reason").equals("NonZeroExitCode")
                && status.getAsJsonObject("details").get("causes") instanceof JsonArray causes) {
            for (JsonElement cause : causes) {
                if (ObjectJson.text(cause.getAsJsonObject(), "reason").equals("ExitCode")) {
                    return Attempt.done(Integer.parseInt(ObjectJson.text(cause.getAsJsonObject(), "message")));
                }
            }
        }
        return new Attempt.Final<>(ApiFailure.of(status));
    }

    private Call call() {
        return Call.get("exec in pod " + pod, Kind.POD.path(pod) + "/exec")
                .with("container", request.container())
                .with("stdin", "true")
                .with("stdout", "true")
                .with("stderr", "true");
    }

    private List<Map.Entry<String, String>> arguments() {
        List<Map.Entry<String, String>> arguments = new ArrayList<>();
        request.command().forEach(argument -> arguments.add(Map.entry("command", argument)));
        return arguments;
    }
}
