package im.backend.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.route.proxy.RawSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One chunk larger than the heap: without the guard it ended the listener for good, and no sign-in was needed for it. */
@Tag("slow")
final class ChunkBombIT {
    private static final String BOMB_HEAD =
            "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n30000000\r\n";
    private static final int BLOCKS_OF_A_MEBIBYTE = 96;

    private Process server;
    private int port;

    @BeforeEach
    void startServerWithASmallHeap() throws IOException {
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HardenedServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader output = server.inputReader(StandardCharsets.UTF_8);
        port = Integer.parseInt(output.readLine());
    }

    @AfterEach
    void stopServer() throws Exception {
        server.getOutputStream().close();
        if (!server.waitFor(10, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
    }

    @Test
    void aChunkLargerThanTheHeapIsReadInParts() throws IOException {
        String block = "a".repeat(1 << 20);
        try (RawSocket client = RawSocket.connect(port)) {
            client.send("POST /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(BLOCKS_OF_A_MEBIBYTE << 20) + "\r\n");
            for (int i = 0; i < BLOCKS_OF_A_MEBIBYTE; i++) {
                client.send(block);
            }
            client.send("\r\n0\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").endsWith(String.valueOf(96L << 20));
        }
    }

    @Test
    void theServerGoesOnAfterHugeChunksThatNeverEnd() throws IOException {
        List<RawSocket> bombs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            bombs.add(RawSocket.connect(port).send(BOMB_HEAD));
        }
        String block = "a".repeat(1 << 20);
        for (RawSocket bomb : bombs) {
            for (int i = 0; i < 16; i++) {
                bomb.send(block);
            }
        }
        for (RawSocket bomb : bombs) {
            bomb.close();
        }

        try (RawSocket client = RawSocket.connect(port)) {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void manySmallChunksMayBeLargerThanTheHeap() throws IOException {
        try (RawSocket client = RawSocket.connect(port)) {
            client.send("POST /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "100000\r\n" + "a".repeat(1 << 20) + "\r\n";
            for (int i = 0; i < BLOCKS_OF_A_MEBIBYTE; i++) {
                client.send(chunk);
            }
            client.send("0\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").endsWith(String.valueOf(96L << 20));
        }
    }
}
