package im.backend.source.git.http;

import im.backend.domain.Caller;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.GitAccess;
import im.backend.source.PushListener;
import im.backend.source.git.GitSourceStore;
import im.backend.source.git.Repositories;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.transport.UploadPackInternalServerErrorException;

/**
 * Git's smart HTTP protocol (gitprotocol-http) at {@code {project}.git} below where it is registered: clone, fetch and push
 * by an unchanged git. A push to {@code main} deploys, and its stages show in the pusher's terminal. The listener needs
 * {@link GitRequestEncoding}.
 */
public final class GitRoutes implements HttpService {
    private static final System.Logger LOG = System.getLogger(GitRoutes.class.getName());
    private static final HeaderName GIT_PROTOCOL = HeaderNames.create("Git-Protocol");
    private static final Pattern REPOSITORY = Pattern.compile("([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\\.git");
    private static final int REPOSITORY_LENGTH_MAX = ProjectId.LENGTH_MAX + ".git".length();

    private final GitSourceStore store;
    private final GitAccess access;
    private final PushListener listener;
    private final Credentials credentials;
    private final Admission admission;
    private final RequestBody bodies;
    private final PushService pushes;

    public GitRoutes(GitSourceStore store, GitAccess access, PushListener listener, PushLimits limits) {
        this.store = store;
        this.access = access;
        this.listener = listener;
        this.credentials = new Credentials(access);
        this.admission = new Admission(limits);
        this.bodies = new RequestBody(limits);
        this.pushes = new PushService(store.listing(), limits);
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/{repository}/info/refs", (request, response) -> answer(request, response, this::advertise))
                .post("/{repository}/git-upload-pack", (request, response) -> answer(request, response, this::fetch))
                .post("/{repository}/git-receive-pack", (request, response) -> answer(request, response, this::push))
                .any("/{repository}/{+rest}", (request, response) -> answer(request, response, this::refuseService));
    }

    @FunctionalInterface
    private interface Handler {
        void handle(Caller caller, ServerRequest request, ServerResponse response) throws IOException;
    }

    private void answer(ServerRequest request, ServerResponse response, Handler handler) {
        response.header(HeaderNames.CACHE_CONTROL, "no-cache, max-age=0, must-revalidate");
        try {
            handler.handle(credentials.caller(request), request, response);
        } catch (ProblemException e) {
            GitReply.send(response, e.problem());
        } catch (IOException | UncheckedIOException e) {
            failed(response, e);
        }
    }

    /** When the reply has begun nothing can be said any more, and only a cut connection tells git that it is not whole. */
    private static void failed(ServerResponse response, Exception cause) {
        if (response.isSent()) {
            LOG.log(Level.DEBUG, "git reply was cut off", cause);
            throw new IllegalStateException("git reply was cut off", cause);
        }
        Problem.Internal problem = new Problem.Internal(UUID.randomUUID().toString());
        LOG.log(Level.ERROR, "git request failed: instance=" + problem.instance(), cause);
        GitReply.send(response, problem);
    }

    private void advertise(Caller caller, ServerRequest request, ServerResponse response) throws IOException {
        String service = request.query().first("service").orElse("none");
        byte[] advertisement = switch (service) {
            case FetchService.NAME -> fetchAdvertisement(caller, request);
            case PushService.NAME -> pushAdvertisement(caller, request);
            default -> throw serviceNotEnabled();
        };
        response.header(HeaderNames.CONTENT_TYPE, "application/x-" + service + "-advertisement");
        response.send(advertisement);
    }

    private byte[] fetchAdvertisement(Caller caller, ServerRequest request) throws IOException {
        try (Repositories.Lease lease = reading(project(caller, request).orElseThrow(() -> unknown()))) {
            return new FetchService(lease.git(), protocol(request)).advertisement();
        }
    }

    private byte[] pushAdvertisement(Caller caller, ServerRequest request) throws IOException {
        Optional<ProjectId> project = project(caller, request);
        if (project.isEmpty()) {
            ProjectId.of(caller.user(), newName(caller, request));
            return pushes.advertisementOfNothing();
        }
        try (Repositories.Lease lease = reading(project.get())) {
            return pushes.advertisement(lease.git());
        }
    }

    private void fetch(Caller caller, ServerRequest request, ServerResponse response) throws IOException {
        requireContentType(request, FetchService.NAME);
        ProjectId project = project(caller, request).orElseThrow(() -> unknown());
        try (Admission.Turn _ = admission.enter(project);
                Repositories.Lease lease = reading(project);
                InputStream body = request.content().inputStream()) {
            InputStream wants = bodies.ofFetch(body);
            FetchService service = new FetchService(lease.git(), protocol(request));
            serve(new ReplyStream(response, FetchService.NAME), reply -> service.answer(wants, reply));
        }
    }

    private void push(Caller caller, ServerRequest request, ServerResponse response) throws IOException {
        requireContentType(request, PushService.NAME);
        store.requireRoom();
        Optional<ProjectId> found = project(caller, request);
        ProjectId project = found.isPresent() ? found.get() : access.create(caller, newName(caller, request));
        store.create(project);
        try (Admission.Turn turn = admission.enter(project);
                Repositories.Lease lease = store.repositories().adding(project);
                InputStream body = request.content().inputStream()) {
            InputStream commands = bodies.ofPush(body);
            Runnable stored = () -> {
                store.pushed(project, lease.git());
                lease.unlock();
                turn.close();
            };
            PushReport report = new PushReport(caller, project, listener, stored);
            serve(
                    new ReplyStream(response, PushService.NAME),
                    reply -> pushes.answer(lease.git(), commands, reply, report));
        }
    }

    private void refuseService(Caller caller, ServerRequest request, ServerResponse response) {
        throw project(caller, request).isPresent() ? serviceNotEnabled() : unknown();
    }

    @FunctionalInterface
    private interface Service {
        void answer(OutputStream reply) throws IOException;
    }

    /** What JGit refuses it has told in git's own words before it throws; then the reply is whole. */
    private static void serve(ReplyStream reply, Service service) throws IOException {
        try {
            service.answer(reply);
        } catch (PackProtocolException | UnpackException | UploadPackInternalServerErrorException refused) {
            LOG.log(Level.INFO, "git request refused: {0}", rootMessage(refused));
            LOG.log(Level.DEBUG, "git request refused", refused);
            if (!reply.isBegun()) {
                throw new Problem.Malformed("bad-request", "The request is not in git's format. Use git.")
                        .asException(refused);
            }
        }
        reply.end();
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return Quoted.of(String.valueOf(root.getMessage()));
    }

    /** Empty when the caller has no such project; then a push may make it. */
    private Optional<ProjectId> project(Caller caller, ServerRequest request) {
        return access.find(caller, repositoryName(request));
    }

    private Repositories.Lease reading(ProjectId project) throws IOException {
        // A project without a repository is one that was made elsewhere and has no source yet.
        store.create(project);
        return store.repositories()
                .reading(project)
                .orElseThrow(() -> new Problem.NotFound("No source of project " + project + ".").asException());
    }

    private static ProjectName newName(Caller caller, ServerRequest request) {
        return ProjectId.among(caller.user(), repositoryName(request)).name();
    }

    private static String repositoryName(ServerRequest request) {
        String repository = request.path().pathParameters().get("repository");
        Matcher matcher = REPOSITORY.matcher(repository);
        if (repository.length() > REPOSITORY_LENGTH_MAX || !matcher.matches()) {
            throw unknown();
        }
        return matcher.group(1);
    }

    private static List<String> protocol(ServerRequest request) {
        return request.headers()
                .first(GIT_PROTOCOL)
                .map(value -> List.of(value.split(":")))
                .orElse(List.of());
    }

    private static void requireContentType(ServerRequest request, String service) {
        String expected = "application/x-" + service + "-request";
        if (!request.headers().first(HeaderNames.CONTENT_TYPE).orElse("").equals(expected)) {
            throw new Problem.Malformed("unsupported-media-type", "Content-Type: expected " + expected + ".")
                    .asException();
        }
    }

    private static ProblemException unknown() {
        return new Problem.NotFound("No repository at this address. Check the project's name: git remote -v shows it;"
                        + " a push makes a new project when the name is lower-case letters, digits and hyphens.")
                .asException();
    }

    private static ProblemException serviceNotEnabled() {
        return new Problem.Forbidden(
                        "service-not-enabled",
                        "Only git-upload-pack and git-receive-pack are served here. Use git 1.6.6 or later.")
                .asException();
    }
}
