package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiDispatcher;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.ApiSettings;
import im.backend.api.http.Call;
import im.backend.deploy.Deployments;
import im.backend.deploy.SubmitRequest;
import im.backend.domain.Deployment;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import im.backend.source.SourceUpload;
import im.backend.store.DeploymentLog.Idempotency;
import im.backend.wire.Json;
import im.backend.wire.deployment.ArchiveDeployRequest;
import im.backend.wire.deployment.DeployReply;
import im.backend.wire.deployment.DeployRequest;
import im.backend.wire.deployment.DeploymentReply;
import im.backend.wire.source.FileContent;
import io.helidon.http.HeaderNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Handing in source: seed 000's archive at /v1/deployments and seed 004's file map at /api/deploy, over one use case. */
final class DeployRoutes {
    private static final String CONFIG = "backend.yml";

    private final Deployments deployments;
    private final ApiSettings settings;

    DeployRoutes(Deployments deployments, ApiSettings settings) {
        this.deployments = deployments;
        this.settings = settings;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.post(
                                "/v1/deployments",
                                Access.DEPLOY,
                                "Deploy a tar.gz archive: multipart with the parts source, config, project and"
                                        + " message, or the same as JSON with the archive in base64")
                        .readsFormOrJson(UploadForm.PARTS, ArchiveDeployRequest.class)
                        .replies(202, DeploymentReply.class, this::archive),
                ApiRoute.post("/api/deploy", Access.DEPLOY, "Deploy a map of file paths to contents")
                        .reads(DeployRequest.class)
                        .replies(202, DeployReply.class, this::files));
    }

    private Answer archive(Call call) throws IOException {
        boolean form = call.contentType()
                .filter(type -> type.mediaType().text().equals(ApiDispatcher.FORM))
                .isPresent();
        return form ? multipart(call) : json(call);
    }

    private Answer multipart(Call call) throws IOException {
        try (UploadForm form = UploadForm.read(call, settings)) {
            Optional<String> config = form.text("config");
            Optional<String> project = form.text("project").map(String::strip);
            String message = form.text("message").map(String::strip).orElse("");
            RequestHash hash = new RequestHash()
                    .add(config.orElse(""))
                    .add(project.orElse(""))
                    .add(message);
            Optional<Idempotency> idempotency = idempotency(call, () -> {
                try (InputStream source = form.source()) {
                    return hash.add(source).hex();
                }
            });
            try (InputStream source = form.source()) {
                return accepted(call, new SubmitRequest(project, archive(source, config), message, idempotency));
            }
        }
    }

    private Answer json(Call call) throws IOException {
        ArchiveDeployRequest request = call.body(ArchiveDeployRequest.class, Json.SOURCE_BYTES_MAX);
        byte[] source = base64(request.source(), "/source");
        Optional<String> config = request.config().map(node -> node.isTextual() ? node.textValue() : Json.text(node));
        String message = request.message().orElse("");
        Optional<Idempotency> idempotency = idempotency(
                call,
                () -> new RequestHash()
                        .add(config.orElse(""))
                        .add(request.project().orElse(""))
                        .add(message)
                        .add(new ByteArrayInputStream(source))
                        .hex());
        SourceUpload upload = archive(new ByteArrayInputStream(source), config);
        return accepted(call, new SubmitRequest(request.project(), upload, message, idempotency));
    }

    private Answer accepted(Call call, SubmitRequest request) {
        Deployment deployment = deployments.submit(call.caller(), request);
        return Answer.accepted(Bodies.accepted(call, deployment), "/v1/deployments/" + deployment.id());
    }

    private static SourceUpload archive(InputStream tarGz, Optional<String> config) {
        List<SourceUpload.File> overlay = config.map(
                        text -> new SourceUpload.File(CONFIG, text.getBytes(StandardCharsets.UTF_8), false))
                .map(List::of)
                .orElse(List.of());
        return new SourceUpload.Archive(tarGz, overlay);
    }

    private Answer files(Call call) throws IOException {
        DeployRequest request = call.body(DeployRequest.class, Json.SOURCE_BYTES_MAX);
        String user = call.caller().user().value();
        if (!request.userId().orElse(user).equals(user)) {
            throw new Problem.Forbidden(
                            "forbidden",
                            "userId: "
                                    + Quoted.of(request.userId().get()) + " (expected: " + user
                                    + ", whom the token stands for, or no userId)")
                    .asException();
        }
        String message = request.message().orElse("");
        Optional<String> project = request.projectId().or(request::projectName);
        List<SourceUpload.File> files = new ArrayList<>();
        for (Map.Entry<String, FileContent> file : request.files().entrySet()) {
            files.add(new SourceUpload.File(
                    file.getKey(),
                    bytes(
                            file.getValue(),
                            "/files/" + file.getKey().replace("~", "~0").replace("/", "~1")),
                    file.getValue().executable().orElse(false)));
        }
        Optional<Idempotency> idempotency = idempotency(call, () -> {
            RequestHash hash = new RequestHash().add(project.orElse("")).add(message);
            for (SourceUpload.File file : files) {
                hash.add(file.path())
                        .add(new ByteArrayInputStream(file.content()))
                        .add(file.executable() ? "x" : "-");
            }
            return hash.hex();
        });
        SubmitRequest submit = new SubmitRequest(project, new SourceUpload.FileMap(files), message, idempotency);
        Deployment deployment = deployments.submit(call.caller(), submit);
        return Answer.accepted(Bodies.deployReply(call, deployment), "/api/status/" + deployment.id());
    }

    static byte[] bytes(FileContent file, String pointer) {
        return switch (file.encoding().orElse(FileContent.Encoding.UTF8)) {
            case UTF8 -> file.content().getBytes(StandardCharsets.UTF_8);
            case BASE64 -> base64(file.content(), pointer + "/content");
        };
    }

    private static byte[] base64(String text, String pointer) {
        try {
            return Base64.getMimeDecoder().decode(checked(text));
        } catch (IllegalArgumentException notBase64) {
            String message = "(expected: base64 as in RFC 4648)";
            throw new Problem.Invalid(
                            "validation", pointer + " " + message + ".", List.of(new Violation(pointer, message)))
                    .asException(notBase64);
        }
    }

    /** The MIME decoder takes line breaks, which tools put in, but also skips any rubbish, which would hide mistakes. */
    private static String checked(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            boolean known = c < 128 && (Character.isLetterOrDigit(c) || c == '+' || c == '/' || c == '=');
            if (!known && c != '\n' && c != '\r') {
                throw new IllegalArgumentException("not base64 at " + at);
            }
        }
        return text;
    }

    @FunctionalInterface
    private interface HashOfRequest {
        String compute() throws IOException;
    }

    private static Optional<Idempotency> idempotency(Call call, HashOfRequest hash) throws IOException {
        Optional<String> key = call.header(HeaderNames.create("Idempotency-Key"));
        if (key.isEmpty()) {
            return Optional.empty();
        }
        if (!key.get().matches("[\\x21-\\x7e]{1,128}")) {
            throw Call.badParameter("Idempotency-Key", "(expected: 1 to 128 visible ASCII characters, as a UUID)");
        }
        return Optional.of(new Idempotency(key.get(), hash.compute()));
    }
}
