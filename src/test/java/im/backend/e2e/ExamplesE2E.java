package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every example: deployed, called, changed, deployed again, rolled back, with packages from the real registries. */
@Tag("slow")
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class ExamplesE2E {
    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    @Test
    void fastapiKeepsItsDatabaseAndUploadsThroughReleases() throws Exception {
        Path app = Folders.copyOfExample("fastapi-users", folder.resolve("app"));
        server.cli(app, "deploy").ok();
        assertThat(get("fastapi-users", "/")).contains("Hello from FastAPI");
        assertThat(post("fastapi-users", "/users", "{\"name\":\"Ada\",\"email\":\"ada@example.com\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(upload("fastapi-users", "/users/1/picture", "not really a picture")
                        .statusCode())
                .isEqualTo(204);

        Folders.replace(app.resolve("backend.yml"), "GREETING=Hello", "GREETING=Good day");
        server.cli(app, "deploy").ok();
        assertThat(get("fastapi-users", "/")).contains("Good day from FastAPI");
        assertThat(get("fastapi-users", "/users")).contains("ada@example.com");
        assertThat(get("fastapi-users", "/users/1/picture")).isEqualTo("not really a picture");

        server.cli(app, "rollback", "--yes").ok();
        assertThat(get("fastapi-users", "/")).contains("Hello from FastAPI");
        assertThat(get("fastapi-users", "/users")).contains("ada@example.com");
    }

    @Test
    void expressEchoesOverAWebSocket() throws Exception {
        Assumptions.assumeTrue(Programs.present("node", "npm"), "node and npm are needed");
        Path app = Folders.copyOfExample("node-express", folder.resolve("app"));
        server.cli(app, "deploy").ok();
        assertThat(get("node-express", "/")).contains("Hello from Express");
        assertThat(echoByNpmClient("from a client of npm")).contains("from a client of npm");

        Folders.replace(app.resolve("app.js"), "Hello from Express", "Changed Express");
        server.cli(app, "deploy").ok();
        assertThat(get("node-express", "/")).contains("Changed Express");

        server.cli(app, "rollback", "--yes").ok();
        assertThat(get("node-express", "/")).contains("Hello from Express");
    }

    @Test
    void aFailingTestKeepsTheOldReleaseServing() throws Exception {
        Assumptions.assumeTrue(Programs.present("node", "npm"), "node and npm are needed");
        Path app = Folders.copyOfExample("node-express", folder.resolve("app"));
        Folders.replace(app.resolve("backend.yml"), "name: node-express", "name: tested");
        server.cli(app, "deploy").ok();

        Folders.replace(app.resolve("app.js"), "response.json(request.body)", "response.json({})");
        Ran failed = server.cli(app, "deploy").exits(6);

        assertThat(failed.err()).containsIgnoringCase("test");
        assertThat(get("tested", "/")).contains("Hello from Express");
    }

    @Test
    void goBuildsWithItsModule() throws Exception {
        Assumptions.assumeTrue(Programs.present("go"), "go is needed");
        Path app = Folders.copyOfExample("go-http", folder.resolve("app"));
        server.cli(app, "deploy").ok();
        assertThat(get("go-http", "/hello/gopher")).contains("Hello gopher");

        Folders.replace(app.resolve("main.go"), "\"Hello \" + chi", "\"Welcome \" + chi");
        server.cli(app, "deploy").ok();
        assertThat(get("go-http", "/hello/gopher")).contains("Welcome gopher");

        server.cli(app, "rollback", "--yes").ok();
        assertThat(get("go-http", "/hello/gopher")).contains("Hello gopher");
    }

    @Test
    void djangoMigratesBeforeItServes() throws Exception {
        Path app = Folders.copyOfExample("django-notes", folder.resolve("app"));
        server.cli(app, "deploy").ok();
        assertThat(post("django-notes", "/notes", "{\"text\":\"remember\"}").statusCode())
                .isEqualTo(201);

        Folders.replace(app.resolve("notes").resolve("views.py"), "Hello from Django", "Changed Django");
        Ran changed = server.cli(app, "deploy").ok();
        assertThat(get("django-notes", "/")).contains("Changed Django");
        assertThat(get("django-notes", "/notes")).contains("remember");
        assertThat(changed.out() + changed.err())
                .as("the gap of a recreate is announced")
                .contains("gap");

        server.cli(app, "rollback", "--yes").ok();
        assertThat(get("django-notes", "/")).contains("Hello from Django");
        assertThat(get("django-notes", "/notes")).contains("remember");
    }

    @Test
    void aStaticSiteIsServedAndWorksInABrowser() throws Exception {
        Path app = Folders.copyOfExample("static-site", folder.resolve("app"));
        server.cli(app, "deploy").ok();
        assertThat(get("static-site", "/")).contains("Hello from a folder");
        assertThat(server.app("static-site", "/absent").statusCode()).isEqualTo(404);
        assertThat(server.app("static-site", "/.env").statusCode()).isEqualTo(404);
        if (Programs.present("chromium")) {
            assertThat(Browser.dom("http://static-site.localhost:" + server.appsPort() + "/", folder))
                    .contains("Scripts run.");
        }

        Folders.replace(app.resolve("index.html"), "Hello from a folder", "Changed folder");
        server.cli(app, "deploy").ok();
        assertThat(get("static-site", "/")).contains("Changed folder");

        server.cli(app, "rollback", "--yes").ok();
        assertThat(get("static-site", "/")).contains("Hello from a folder");
    }

    private String echoByNpmClient(String text) {
        Path client = folder.resolve("client");
        Folders.write(client.resolve("package.json"), "{\"dependencies\":{\"ws\":\"8\"}}");
        Folders.write(client.resolve("echo.js"), """
            const WebSocket = require("ws");
            const [port, text] = process.argv.slice(2);
            const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
              headers: { Host: `node-express.localhost:${port}` }, handshakeTimeout: 10000 });
            socket.on("open", () => socket.send(text));
            socket.on("message", (message) => { console.log(String(message)); socket.close(); });
            socket.on("error", (error) => { console.error(error); process.exit(1); });
            """);
        Ran.run(client, Map.of(), Duration.ofMinutes(2), List.of("npm", "install", "--no-audit", "--no-fund"))
                .ok();
        return Ran.run(
                        client,
                        Map.of(),
                        Duration.ofSeconds(30),
                        List.of("node", "echo.js", Integer.toString(server.appsPort()), text))
                .ok()
                .out();
    }

    private static String get(String name, String path) throws IOException, InterruptedException {
        HttpResponse<String> reply = server.app(name, path);
        assertThat(reply.statusCode()).as("%s%s: %s", name, path, reply.body()).isEqualTo(200);
        return reply.body();
    }

    private static HttpResponse<String> post(String name, String path, String json)
            throws IOException, InterruptedException {
        return server.send(server.appRequest(name, path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    private static HttpResponse<String> upload(String name, String path, String content)
            throws IOException, InterruptedException {
        String body = "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n" + content + "\r\n--b--\r\n";
        HttpRequest request = server.appRequest(name, path)
                .header("Content-Type", "multipart/form-data; boundary=b")
                .PUT(BodyPublishers.ofString(body))
                .build();
        return server.send(request);
    }
}
