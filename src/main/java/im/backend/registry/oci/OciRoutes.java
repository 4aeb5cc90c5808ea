package im.backend.registry.oci;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ImageRegistry;
import im.backend.registry.RegistryAccess;
import im.backend.registry.RepositoryName;
import im.backend.registry.Uploads;
import im.backend.registry.oci.Gate.Visitor;
import im.backend.registry.oci.Scope.Action;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** OCI distribution 1.1, to be registered at {@code /v2}. Every error has the body that the specification asks for. */
public final class OciRoutes implements HttpService {
    private static final System.Logger LOG = System.getLogger(OciRoutes.class.getName());

    private final Gate gate;
    private final TokenRoute tokens;
    private final BlobRoutes blobs;
    private final UploadRoutes uploads;
    private final ManifestRoutes manifests;
    private final ListRoutes lists;

    public OciRoutes(OciSettings settings, ImageRegistry registry, Uploads uploads, RegistryAccess access) {
        this.gate = new Gate(access, settings.service());
        this.tokens = new TokenRoute(gate);
        this.blobs = new BlobRoutes(registry.blobs());
        this.uploads = new UploadRoutes(registry, uploads, gate);
        this.manifests = new ManifestRoutes(registry, settings.manifestBytesMax());
        this.lists = new ListRoutes(registry, settings.pageMax());
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any((request, response) -> answer(request, new Exchange(request, response)));
    }

    private void answer(ServerRequest request, Exchange exchange) {
        exchange.with("Docker-Distribution-API-Version", "registry/2.0").with("X-Content-Type-Options", "nosniff");
        try {
            serve(exchange, request.path().path());
        } catch (ProblemException refused) {
            exchange.error(OciError.of(refused.problem()));
        } catch (IOException callerGone) {
            ended(exchange, callerGone);
        } catch (CloseConnectionException ended) {
            // The edge has answered, or nobody is there to hear it.
            throw ended;
        } catch (RuntimeException bug) {
            failed(exchange, bug);
        }
    }

    /** When the answer has begun, only a cut connection tells the client that it is not whole. */
    private static void ended(Exchange exchange, IOException cause) {
        LOG.log(Level.DEBUG, "the client has gone", cause);
        if (exchange.isSent()) {
            throw new UncheckedIOException(cause);
        }
        exchange.with(HeaderNames.CONNECTION, "close");
        exchange.error(new OciError(400, "BLOB_UPLOAD_INVALID", "The body ended early.", Optional.empty()));
    }

    private static void failed(Exchange exchange, RuntimeException cause) {
        if (exchange.isSent()) {
            throw cause;
        }
        Problem.Internal problem = new Problem.Internal(UUID.randomUUID().toString());
        LOG.log(Level.ERROR, "registry request failed: instance=" + problem.instance(), cause);
        exchange.error(OciError.of(problem));
    }

    private void serve(Exchange exchange, String path) throws IOException {
        OciTarget target = OciTarget.parse(path)
                .orElseThrow(() -> new Problem.NotFound("unsupported", "Nothing is at this path.").asException());
        if (!target.methods().contains(exchange.method())) {
            exchange.with(HeaderNames.ALLOW, String.join(", ", target.methods()));
            exchange.error(new OciError(
                    405, "UNSUPPORTED", "Expected: " + String.join(", ", target.methods()) + ".", Optional.empty()));
            return;
        }
        switch (target) {
            case OciTarget.Ping _ -> {
                gate.admit(exchange, List.of());
                exchange.send(200, "application/json", new byte[] {'{', '}'});
            }
            case OciTarget.Token _ -> token(exchange);
            case OciTarget.Catalog _ -> lists.catalog(exchange, gate.require(exchange, Scope.CATALOG));
            case OciTarget.Tags(RepositoryName repository) -> {
                require(exchange, repository, Action.PULL);
                lists.tags(exchange, repository);
            }
            case OciTarget.Referrers(RepositoryName repository, var subject) -> {
                require(exchange, repository, Action.PULL);
                lists.referrers(exchange, repository, subject);
            }
            case OciTarget.Manifest manifest -> manifest(exchange, manifest);
            case OciTarget.Blob blob -> blob(exchange, blob);
            case OciTarget.NewUpload(RepositoryName repository) ->
                uploads.start(exchange, repository, require(exchange, repository, Action.PULL, Action.PUSH));
            case OciTarget.Upload upload -> upload(exchange, upload);
        }
    }

    private Visitor require(Exchange exchange, RepositoryName repository, Action... actions) {
        return gate.require(exchange, Scope.of(repository.value(), actions));
    }

    private void token(Exchange exchange) throws IOException {
        if (exchange.method().equals("POST")) {
            tokens.post(exchange);
        } else {
            tokens.get(exchange);
        }
    }

    private void manifest(Exchange exchange, OciTarget.Manifest target) throws IOException {
        switch (exchange.method()) {
            case "PUT" -> {
                require(exchange, target.repository(), Action.PULL, Action.PUSH);
                manifests.put(exchange, target.repository(), target.reference());
            }
            case "DELETE" -> {
                require(exchange, target.repository(), Action.DELETE);
                manifests.delete(exchange, target.repository(), target.reference());
            }
            default -> {
                require(exchange, target.repository(), Action.PULL);
                manifests.get(exchange, target.repository(), target.reference());
            }
        }
    }

    private void blob(Exchange exchange, OciTarget.Blob target) throws IOException {
        if (exchange.method().equals("DELETE")) {
            require(exchange, target.repository(), Action.DELETE);
            blobs.delete(exchange, target.repository(), target.digest());
        } else {
            require(exchange, target.repository(), Action.PULL);
            blobs.get(exchange, target.repository(), target.digest());
        }
    }

    private void upload(Exchange exchange, OciTarget.Upload target) throws IOException {
        Visitor visitor = require(exchange, target.repository(), Action.PULL, Action.PUSH);
        Uploads.Upload upload =
                uploads.find(target.repository(), visitor.caller().user(), target.id());
        switch (exchange.method()) {
            case "PATCH" -> uploads.patch(exchange, target.repository(), upload);
            case "PUT" -> uploads.put(exchange, target.repository(), upload);
            case "DELETE" -> {
                upload.cancel();
                exchange.empty(204);
            }
            default -> uploads.status(exchange, target.repository(), upload);
        }
    }
}
