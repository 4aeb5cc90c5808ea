package im.backend.source.git;

import im.backend.domain.Caller;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.source.GitAccess;
import im.backend.source.PushListener;
import im.backend.source.SourceLimits;
import im.backend.source.git.http.GitRequestEncoding;
import im.backend.source.git.http.GitRoutes;
import im.backend.source.git.http.PushLimits;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/** A server with nothing but git on it, and two users: alice with key {@code alice-key}, bob with {@code bob-key}. */
final class GitServer implements AutoCloseable {
    static final Caller ALICE = new Caller(new UserName("alice"), Caller.Role.MEMBER);
    static final Caller BOB = new Caller(new UserName("bob"), Caller.Role.MEMBER);

    final GitSourceStore store;
    final Set<ProjectId> projects = new ConcurrentSkipListSet<>();
    private final WebServer server;
    private volatile PushListener listener = (push, lines) -> {
        lines.accept("building");
        return URI.create("http://" + push.project().name() + ".localhost/");
    };

    GitServer(Path folder, PushLimits limits) {
        store = new GitSourceStore(new GitSettings(folder, SourceLimits.DEFAULT), Clock.systemUTC());
        store.start();
        GitRoutes routes = new GitRoutes(store, new Access(), this::pushed, limits);
        server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .maxPayloadSize(-1)
                .shutdownHook(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .contentEncoding(ContentEncodingContext.builder()
                        .contentEncodingsDiscoverServices(false)
                        .addContentEncoding(new GitRequestEncoding())
                        .build())
                .routing(routing -> routing.register("/git", routes))
                .build()
                .start();
    }

    void onPush(PushListener other) {
        listener = other;
    }

    ProjectId project(String id) {
        ProjectId project = new ProjectId(id);
        projects.add(project);
        store.create(project);
        return project;
    }

    String url(String key, String project) {
        return "http://any:" + key + "@127.0.0.1:" + server.port() + "/git/" + project + ".git";
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    @Override
    public void close() {
        server.stop();
        store.close();
    }

    private URI pushed(PushListener.Push push, Consumer<String> lines) {
        return listener.pushed(push, lines);
    }

    private final class Access implements GitAccess {
        @Override
        public Caller authenticate(String credential, String address) {
            Caller caller = Map.of("alice-key", ALICE, "bob-key", BOB).get(credential);
            if (caller == null) {
                throw new Problem.Unauthenticated("token-invalid", "The token is not known.").asException();
            }
            return caller;
        }

        @Override
        public Optional<ProjectId> find(Caller caller, String nameOrId) {
            return projects.stream()
                    .filter(caller::mayUse)
                    .filter(id ->
                            id.value().equals(nameOrId) || id.name().value().equals(nameOrId))
                    .findFirst();
        }

        @Override
        public ProjectId create(Caller caller, ProjectName name) {
            return project(ProjectId.of(caller.user(), name).value());
        }
    }
}
