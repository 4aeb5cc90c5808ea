package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The server's own life, and a person's everyday commands. */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LifeCycleE2E {
    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    @Test
    void theCliOfTheSameUserIsSignedInWithoutAStep() {
        assertThat(server.cli(folder, "whoami").ok().out()).contains("admin");
    }

    @Test
    void aSecondServerOnTheSameFolderIsRefusedWithASentence() {
        Ran second = server.cli(folder, "serve", "--data", server.data().toString(), "--port", "0", "--apps-port", "0");

        assertThat(second.exit()).isNotZero();
        assertThat(second.err()).contains(server.data().toString()).contains(Long.toString(server.pid()));
        assertThat(server.isReady()).isTrue();
    }

    @Test
    void appsOutliveARestartOfTheServer() throws Exception {
        Path app = page("outlive", "still here");
        server.cli(app, "deploy").ok();

        assertThat(server.terminate()).isZero();
        server.startProcess();
        server.awaitReady();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> server.app("outlive", "/").body().contains("still here"));
        assertThat(server.cli(app, "status").ok().out()).contains("outlive");
    }

    @Test
    void secretsAndEnvChangeARunningAppWithoutABuildAndAreNeverShown() throws Exception {
        Path app = folder.resolve("app");
        Folders.write(
                app.resolve("backend.yml"),
                "name: told\nruntime: python\nentrypoint: python3 main.py\nenv:\n  - TOKEN=secret:token\n");
        Folders.write(app.resolve("main.py"), TELLS);
        Ran missing = server.cli(app, "deploy").exits(2);
        assertThat(missing.err()).contains("token").contains("secret set");

        server.cli(app, "secret", "set", "token=hush-hush-1").ok();
        Ran deployed = server.cli(app, "deploy", "--watch").ok();
        assertThat(server.app("told", "/").body()).isEqualTo("hush-hush-1 plain");

        server.cli(app, "env", "set", "PLAIN=changed").ok();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> server.app("told", "/").body().equals("hush-hush-1 changed"));
        Ran logs = server.cli(app, "logs", "--lines", "50").ok();
        Ran listed = server.cli(app, "secret", "list").ok();

        assertThat(logs.out()).contains("the token is ***");
        assertThat(deployed.out() + deployed.err() + logs.out() + listed.out()).doesNotContain("hush-hush");
        assertThat(Files.readString(server.log())).doesNotContain("hush-hush");
    }

    @Test
    void aPushDeploysAndShowsTheStages() throws Exception {
        Path app = page("pushed", "first");
        git(app, "init", "-q", "-b", "main").ok();
        git(app, "config", "user.name", "someone").ok();
        git(app, "config", "user.email", "someone@example.com").ok();
        git(app, "add", "-A").ok();
        git(app, "commit", "-qm", "first").ok();
        String remote =
                server.url().replace("http://", "http://me:" + server.adminKey() + "@") + "/git/admin-pushed.git";

        Ran push = git(app, "push", remote, "main").ok();

        assertThat(push.err()).contains("remote:").contains("http://pushed.localhost");
        assertThat(server.app("pushed", "/").body()).contains("first");
        Path clone = folder.resolve("clone");
        git(folder, "clone", "-q", remote, clone.toString()).ok();
        assertThat(clone.resolve("index.html")).exists();
    }

    @Test
    void stopStartScaleRestartAndDestroy() throws Exception {
        Path app = page("life", "alive");
        server.cli(app, "deploy").ok();
        server.cli(app, "stop", "--yes").ok();
        assertThat(server.app("life", "/").statusCode()).isGreaterThanOrEqualTo(400);
        server.cli(app, "start").ok();
        assertThat(server.app("life", "/").body()).contains("alive");
        server.cli(app, "scale", "2").ok();
        assertThat(server.app("life", "/").body()).contains("alive");
        server.cli(app, "restart").ok();
        assertThat(server.cli(app, "releases").ok().out()).contains("v1");
        server.cli(app, "destroy", "--no-input").exits(2);
        server.cli(app, "destroy", "--confirm", "life").ok();
        server.cli(app, "status").exits(4);
    }

    @Test
    void anUnreachableServerAndAnUnknownCommandSayWhatToDo() {
        Ran unreachable = server.cli(folder, "status", "-p", "x", "--server", "http://127.0.0.1:1")
                .exits(5);
        assertThat(unreachable.err()).contains("127.0.0.1:1").contains("hint");
        assertThat(server.cli(folder, "deplyo").exits(2).err()).contains("deploy");
    }

    private Path page(String name, String text) {
        Path app = folder.resolve(name);
        Folders.write(app.resolve("backend.yml"), "name: " + name + "\nruntime: static\n");
        Folders.write(app.resolve("index.html"), "<p>" + text + "</p>\n");
        return app;
    }

    private static Ran git(Path folder, String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return Ran.run(folder, Map.of("GIT_TERMINAL_PROMPT", "0"), Duration.ofMinutes(2), command);
    }

    private static final String TELLS = """
        import os
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        print("the token is " + os.environ["TOKEN"], flush=True)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = (os.environ["TOKEN"] + " " + os.environ.get("PLAIN", "plain")).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
        """;
}
