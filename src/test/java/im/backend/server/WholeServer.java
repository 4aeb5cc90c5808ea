package im.backend.server;

import im.backend.config.ConfigReader;
import im.backend.config.ServerConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A server with all its real technologies in this process, its administrator, and one app of theirs: a page named site. */
final class WholeServer implements AutoCloseable {
    final Started started;
    final HttpProbe http;
    /** The administrator's header; good at the next server on the same folder too. */
    final String[] token;

    private final Server server;

    private WholeServer(Server server, Started started) throws IOException {
        this.server = server;
        this.started = started;
        this.http = new HttpProbe(started.api());
        this.token = new String[] {
            "Authorization",
            "Bearer "
                    + http.json("POST", "/api/auth/login", "{\"key\":\"" + adminKey() + "\"}")
                            .is(200)
                            .text("/access_token")
        };
    }

    static WholeServer start(ServerConfig config) throws IOException {
        Server server = new Server(config, Clock.systemUTC());
        return new WholeServer(server, server.start());
    }

    /** @param flags beside those that keep it apart from all other servers */
    static ServerConfig config(Path folder, Map<String, String> flags) {
        Map<String, String> all =
                new HashMap<>(Map.of("data", folder.resolve("data").toString(), "server.port", "0", "apps.port", "0"));
        all.putAll(flags);
        return ConfigReader.read(null, Map.of("HOME", folder.toString()), all).config();
    }

    String adminKey() throws IOException {
        return Files.readString(started.adminKeyFile()).strip();
    }

    HttpProbe.Answer get(String path) {
        return http.get(path, token);
    }

    HttpProbe.Answer upload(Map<String, String> files) {
        return http.multipart(
                "/v1/deployments",
                List.of(new Object[] {"source", TarGz.of(files)}, new Object[] {"project", "site"}),
                token);
    }

    /** Deploys the page, and gives all that was told until the end. */
    HttpProbe.Watched deploy(String page) {
        return watch(upload(Map.of("index.html", page)));
    }

    HttpProbe.Watched watch(HttpProbe.Answer accepted) {
        return http.watch("/ws?deploymentId=" + accepted.is(202).text("/deploymentId"), token);
    }

    /** The JDK's own resolver does not know that all of {@code localhost} is this machine (RFC 6761). */
    String page() throws IOException {
        URI app = URI.create(started.apps().replace("*", "site"));
        try (Socket socket = new Socket("127.0.0.1", app.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + app.getAuthority() + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    void destroy() {
        http.delete("/v1/projects/site?confirm=site", token).is(204);
    }

    @Override
    public void close() {
        http.close();
        server.close();
    }
}
