package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * An app that is a Dockerfile and nothing else. Its image starts from nothing, so that no registry is asked for a base: the
 * program is a static one that the test compiles.
 */
@Tag("slow")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DockerfileE2E {
    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    private Path app;

    @BeforeEach
    void writeApp() {
        Assumptions.assumeTrue(Programs.present("buildah", "bwrap", "go"), "buildah, bwrap and go are needed");
        Assumptions.assumeTrue(
                Programs.userNamespaces(), "an image runs in a user namespace, and none can be made here");
        app = folder.resolve("app");
        Path source = folder.resolve("source");
        Folders.write(source.resolve("go.mod"), "module boxed\n\ngo 1.21\n");
        Folders.write(source.resolve("main.go"), """
            package main

            import (
            	"fmt"
            	"net/http"
            	"os"
            )

            func text(file string) string {
            	content, _ := os.ReadFile(file)
            	return string(content)
            }

            func main() {
            	if len(os.Args) > 2 && os.Args[1] == "note" {
            		fmt.Println(os.WriteFile(os.Getenv("DATA_DIR")+"/"+os.Args[2], []byte("noted"), 0o644))
            		return
            	}
            	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
            		folder, _ := os.Getwd()
            		_, host := os.Stat("/usr")
            		fmt.Fprintln(w, text("message.txt"), os.Getenv("GREETING"), folder, os.Getuid() != 0, host != nil,
            			text("/data/released"), text("/data/ran"), os.WriteFile("/srv/x", nil, 0o644) != nil)
            	})
            	http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), nil)
            }
            """);
        Ran.run(
                        source,
                        Map.of("CGO_ENABLED", "0"),
                        Duration.ofMinutes(2),
                        List.of(
                                "go",
                                "build",
                                "-ldflags=-s",
                                "-o",
                                app.resolve("server").toString(),
                                "."))
                .ok();
        Folders.write(app.resolve("message.txt"), "first");
        Folders.write(app.resolve("Dockerfile"), """
            FROM scratch AS files
            COPY server message.txt /srv/
            FROM scratch
            ARG GREETING=nothing
            ENV GREETING=$GREETING
            COPY --from=files /srv /srv
            WORKDIR /srv
            USER 1234
            ENTRYPOINT ["./server"]
            """);
        Folders.write(app.resolve("backend.yml"), """
            name: boxed
            build: {args: {GREETING: welcome}}
            release: ./server note released
            volumes: [/data]
            """);
    }

    @Test
    void itIsDeployedCalledChangedRolledBackAndRun() throws Exception {
        Ran first = server.cli(app, "deploy", "--watch").ok();
        assertThat(first.err()).contains("found Dockerfile: the image says how it is started", "STEP 1/");
        assertThat(get()).isEqualTo("first welcome /srv true true noted  true\n");

        Folders.write(app.resolve("message.txt"), "second");
        server.cli(app, "deploy").ok();
        assertThat(get()).startsWith("second welcome");

        server.cli(app, "rollback", "--yes").ok();
        assertThat(get()).startsWith("first welcome");

        server.cli(app, "run", "--", "./server", "note", "ran").ok();
        server.cli(app, "restart").ok();
        assertThat(get()).isEqualTo("first welcome /srv true true noted noted true\n");
    }

    @Test
    void itOutlivesTheServerAndIsFoundAgain() throws Exception {
        server.cli(app, "deploy").ok();
        server.kill();

        server.startProcess();
        server.awaitReady();

        assertThat(get()).startsWith("first welcome");
        server.cli(app, "env", "set", "GREETING=again").ok();
        assertThat(get()).startsWith("first again");
    }

    @Test
    void aStepThatFailsIsToldAndTheOldReleaseServesOn() throws Exception {
        server.cli(app, "deploy").ok();
        Folders.replace(app.resolve("Dockerfile"), "COPY server message.txt", "COPY server no-such-file.txt");

        Ran failed = server.cli(app, "deploy").exits(6);

        assertThat(failed.err()).contains("Dockerfile could not be built", "no-such-file.txt");
        assertThat(get()).startsWith("first ");
    }

    private static String get() throws IOException, InterruptedException {
        var reply = server.app("boxed", "/");
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }
}
