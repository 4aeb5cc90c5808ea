package im.backend.cluster;

import io.undertow.server.HttpServerExchange;
import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.WebSocketProtocolHandshakeHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedBinaryMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.core.protocol.Handshake;
import io.undertow.websockets.core.protocol.version13.Hybi13Handshake;
import io.undertow.websockets.spi.WebSocketHttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.xnio.IoUtils;
import org.xnio.Pooled;

/** Logs and exec of the pods on the fake node. */
final class PodStreams {
    private static final int CHUNK = 8 << 10;
    private static final byte[] END = new byte[0];

    private final ObjectStore store;
    private final FakeNode node;

    PodStreams(ObjectStore store, FakeNode node) {
        this.store = store;
        this.node = node;
    }

    void serve(HttpServerExchange exchange, FakeApi.Target target, Optional<Faults.Fault> fault) throws IOException {
        PodRun pod = store.get(target.key())
                .flatMap(found -> node.pod(found.at("/metadata/uid").asText()))
                .orElseThrow(() -> ApiError.notFound(target.key()));
        ContainerRun container = pod.container(
                        FakeCluster.query(exchange, "previous").equals("true"))
                .orElseThrow(() -> ApiError.badRequest(
                        "container in pod \"" + target.key().name() + "\" is waiting to start: ContainerCreating"));
        if (target.part().equals("log")) {
            log(exchange, container, fault);
        } else {
            exec(exchange, container, fault);
        }
    }

    private void log(HttpServerExchange exchange, ContainerRun container, Optional<Faults.Fault> fault)
            throws IOException {
        boolean follow = FakeCluster.query(exchange, "follow").equals("true");
        boolean timestamps = FakeCluster.query(exchange, "timestamps").equals("true");
        String since = FakeCluster.query(exchange, "sinceTime");
        String tail = FakeCluster.query(exchange, "tailLines");
        Instant from = since.isEmpty() ? Instant.EPOCH : Instant.parse(since);
        int at = tail.isEmpty() ? 0 : Math.max(0, container.lines(0).size() - Integer.parseInt(tail));
        exchange.startBlocking();
        OutputStream output = exchange.getOutputStream();
        boolean ended;
        do {
            ended = container.exit().isPresent();
            List<ContainerRun.Line> lines = container.lines(at);
            at += lines.size();
            for (ContainerRun.Line line : lines) {
                if (!line.at().isBefore(from)) {
                    String text = (timestamps ? line.at() + " " : "") + line.text() + "\n";
                    output.write(text.getBytes(StandardCharsets.UTF_8));
                }
            }
            if (!lines.isEmpty() && fault.isPresent() && fault.get() instanceof Faults.Fault.Says(String line)) {
                output.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                output.close();
                return;
            }
            output.flush();
            if (!lines.isEmpty() && fault.isPresent() && !(fault.get() instanceof Faults.Fault.Slow)) {
                FakeCluster.cut(exchange);
                return;
            }
            pause();
        } while (follow && !ended);
        output.close();
    }

    private void exec(HttpServerExchange exchange, ContainerRun container, Optional<Faults.Fault> fault) {
        List<String> command = List.copyOf(exchange.getQueryParameters().get("command"));
        Set<Handshake> handshakes = Set.of(new Hybi13Handshake(Set.of("v5.channel.k8s.io"), false));
        WebSocketConnectionCallback callback = (WebSocketHttpExchange http, WebSocketChannel channel) -> {
            BlockingQueue<byte[]> input = new LinkedBlockingQueue<>();
            channel.getReceiveSetter().set(new Input(input));
            channel.resumeReceives();
            Thread.ofVirtual().start(() -> run(container, command, channel, input, fault));
        };
        try {
            new WebSocketProtocolHandshakeHandler(handshakes, callback).handleRequest(exchange);
        } catch (Exception refused) {
            throw new IllegalStateException(refused);
        }
    }

    private void run(
            ContainerRun container,
            List<String> command,
            WebSocketChannel channel,
            BlockingQueue<byte[]> input,
            Optional<Faults.Fault> fault) {
        try {
            java.lang.Process process = container.beside(command, node).start();
            Thread output = Thread.ofVirtual().start(() -> pump(process.getInputStream(), (byte) 1, channel));
            Thread error = Thread.ofVirtual().start(() -> pump(process.getErrorStream(), (byte) 2, channel));
            Thread in = Thread.ofVirtual().start(() -> feed(input, process));
            if (fault.isPresent() && !(fault.get() instanceof Faults.Fault.Slow)) {
                IoUtils.safeClose(channel);
            }
            int code = process.waitFor();
            in.interrupt();
            output.join();
            error.join();
            String status = code == 0
                    ? "{\"metadata\":{},\"status\":\"Success\"}"
                    : "{\"metadata\":{},\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\""
                            + code + "\"}]}}";
            send(channel, (byte) 3, status.getBytes(StandardCharsets.UTF_8));
            WebSockets.sendCloseBlocking(1000, "", channel);
        } catch (IOException gone) {
            IoUtils.safeClose(channel);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(InputStream from, byte stream, WebSocketChannel channel) {
        byte[] chunk = new byte[CHUNK];
        try (from) {
            for (int size = from.read(chunk); size >= 0; size = from.read(chunk)) {
                send(channel, stream, java.util.Arrays.copyOf(chunk, size));
            }
        } catch (IOException clientGone) {
            IoUtils.safeClose(channel);
        }
    }

    private static void feed(BlockingQueue<byte[]> input, java.lang.Process process) {
        try (OutputStream into = process.getOutputStream()) {
            for (byte[] chunk = input.take(); chunk != END; chunk = input.take()) {
                into.write(chunk);
                into.flush();
            }
        } catch (IOException closed) {
            // The program does not read any more.
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(WebSocketChannel channel, byte stream, byte[] bytes) throws IOException {
        ByteBuffer message =
                ByteBuffer.allocate(bytes.length + 1).put(stream).put(bytes).flip();
        WebSockets.sendBinaryBlocking(message, channel);
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(50));
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the input of a program; its end is a message of its own since v5. */
    private static final class Input extends AbstractReceiveListener {
        private final BlockingQueue<byte[]> input;

        Input(BlockingQueue<byte[]> input) {
            this.input = input;
        }

        @Override
        protected void onFullBinaryMessage(WebSocketChannel channel, BufferedBinaryMessage message) {
            Pooled<ByteBuffer[]> data = message.getData();
            try {
                ByteBuffer all = WebSockets.mergeBuffers(data.getResource());
                byte stream = all.get();
                byte[] bytes = new byte[all.remaining()];
                all.get(bytes);
                input.add(stream == (byte) 255 ? END : bytes);
            } finally {
                data.close();
            }
        }

        @Override
        protected long getMaxBinaryBufferSize() {
            return 1 << 20;
        }
    }
}
