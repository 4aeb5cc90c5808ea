package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Deploys under constant load do not lose a request, whether they succeed or not. */
@Tag("slow")
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class ZeroDowntimeE2E {
    private static final int REQUESTS_PER_SECOND = 60;

    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    @Test
    void twentyRedeploysLoseNoRequest() throws Exception {
        Path app = Folders.copyOfExample("fastapi-users", folder.resolve("app"));
        server.cli(app, "deploy").ok();

        try (SteadyLoad load = SteadyLoad.start(server, "fastapi-users", "/", REQUESTS_PER_SECOND)) {
            for (int round = 1; round <= 20; round++) {
                Folders.replace(
                        app.resolve("backend.yml"),
                        round == 1 ? "GREETING=Hello" : "GREETING=Round " + (round - 1),
                        "GREETING=Round " + round);
                server.cli(app, "deploy").ok();
                assertThat(server.app("fastapi-users", "/").body()).contains("Round " + round);
            }
            SteadyLoad.Result result = load.finish();

            assertThat(result.failures()).isEmpty();
            assertThat(result.requests()).isGreaterThan(1000);
        }
    }

    @Test
    void fiveSickReleasesInARowLoseNoRequestAndSaySo() throws Exception {
        Path app = folder.resolve("app");
        Folders.write(app.resolve("backend.yml"), healthy("sick"));
        Folders.write(app.resolve("main.py"), MAIN);
        server.cli(app, "deploy").ok();

        try (SteadyLoad load = SteadyLoad.start(server, "sick", "/", REQUESTS_PER_SECOND)) {
            for (String entrypoint : new String[] {
                "python3 main.py --exit",
                "python3 main.py --wrong-port",
                "python3 main.py --unhealthy",
                "python3 missing.py",
                "python3 main.py --import"
            }) {
                Folders.write(app.resolve("backend.yml"), healthy("sick").replace("python3 main.py", entrypoint));
                Ran failed = server.cli(app, "deploy").exits(7);
                assertThat(failed.err()).as(entrypoint).contains("still");
            }
            SteadyLoad.Result result = load.finish();

            assertThat(result.failures()).isEmpty();
            assertThat(result.requests()).isGreaterThan(100);
        }
    }

    private static String healthy(String name) {
        return """
            name: %s
            runtime: python
            entrypoint: python3 main.py
            healthcheck:
              path: /healthz
              deadline: 4s
            """.formatted(name);
    }

    private static final String MAIN = """
        import os, sys
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        if "--exit" in sys.argv:
            print("cannot go on: the database is on fire")
            sys.exit(3)
        if "--import" in sys.argv:
            import a_module_that_nobody_has

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                sick = "--unhealthy" in sys.argv and self.path == "/healthz"
                body = b"sick" if sick else b"well"
                self.send_response(500 if sick else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        port = 8000 if "--wrong-port" in sys.argv else int(os.environ["PORT"])
        address = ("127.0.0.1", 0 if "--wrong-port" in sys.argv else port)
        ThreadingHTTPServer(address, Handler).serve_forever()
        """;
}
