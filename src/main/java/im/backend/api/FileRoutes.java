package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.domain.CommitHash;
import im.backend.project.SourceEdits;
import im.backend.source.Commit;
import im.backend.source.SourceUpload;
import im.backend.wire.Json;
import im.backend.wire.Page;
import im.backend.wire.source.CommitBody;
import im.backend.wire.source.FileBody;
import im.backend.wire.source.FileContent;
import im.backend.wire.source.FileReply;
import im.backend.wire.source.FilesReply;
import im.backend.wire.source.SaveFileRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A project's source: looking at it and saving single files, each save a commit. */
final class FileRoutes {
    private static final String FILES = "/v1/projects/{project}/files";
    private static final String FILE = FILES + "/{+path}";
    private static final String MAIN = "main";

    private final SourceEdits edits;

    FileRoutes(SourceEdits edits) {
        this.edits = edits;
    }

    List<ApiRoute> routes() {
        String commit = "commit to look at, 7 digits or more; main when absent";
        String parent = "commit that the editor saw; refused when main has moved on";
        return List.of(
                ApiRoute.get(FILES, Access.USER, "The files of a commit")
                        .query("commit", commit)
                        .replies(200, FilesReply.class, this::list),
                ApiRoute.get(FILE, Access.USER, "A file with its content")
                        .query("commit", commit)
                        .replies(200, FileReply.class, this::read),
                ApiRoute.put(FILE, Access.USER, "Save a file as a commit on main, without deploying it")
                        .reads(SaveFileRequest.class)
                        .replies(200, CommitBody.class, this::save),
                ApiRoute.delete(FILE, Access.USER, "Remove a file by a commit on main")
                        .query("parent", parent)
                        .query("message", "of the commit")
                        .replies(200, CommitBody.class, this::delete),
                ApiRoute.get("/v1/projects/{project}/commits", Access.USER, "The commits on main, newest first")
                        .query("limit", "items at most, 1 to 200")
                        .replies(new ApiRoute.Reply.Many(CommitBody.class), this::history));
    }

    private Answer list(Call call) {
        SourceEdits.Listing listing = edits.list(call.caller(), call.project(), commit(call));
        List<FileBody> files = listing.files().stream()
                .map(entry -> new FileBody(entry.path(), entry.sizeBytes(), entry.executable()))
                .toList();
        return Answer.of(new FilesReply(
                call.project(), listing.commit().map(CommitHash::value).orElse(""), files));
    }

    private static String commit(Call call) {
        return call.query("commit").orElse(MAIN);
    }

    private Answer read(Call call) {
        SourceEdits.File file = edits.read(call.caller(), call.project(), commit(call), call.path("path"));
        Optional<String> text = text(file.content());
        return Answer.of(new FileReply(
                file.entry().path(),
                file.commit().value(),
                text.orElseGet(() -> Base64.getEncoder().encodeToString(file.content())),
                text.isPresent() ? FileContent.Encoding.UTF8 : FileContent.Encoding.BASE64,
                file.entry().executable()));
    }

    private static Optional<String> text(byte[] content) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    private Answer save(Call call) {
        SaveFileRequest request = call.body(SaveFileRequest.class, Json.SOURCE_BYTES_MAX);
        FileContent content = new FileContent(request.content(), request.encoding(), request.executable());
        SourceUpload.File file = new SourceUpload.File(
                call.path("path"),
                DeployRoutes.bytes(content, ""),
                request.executable().orElse(false));
        Commit commit = edits.save(
                call.caller(),
                call.project(),
                new SourceEdits.Save(
                        file,
                        request.parent().map(CommitHash::new),
                        request.message().orElse("")));
        return Answer.of(Bodies.commit(commit));
    }

    private Answer delete(Call call) {
        SourceEdits.Delete delete = new SourceEdits.Delete(
                call.path("path"),
                call.query("parent").map(CommitHash::new),
                call.query("message").orElse(""));
        return Answer.of(Bodies.commit(edits.delete(call.caller(), call.project(), delete)));
    }

    private Answer history(Call call) {
        List<Commit> commits = edits.history(call.caller(), call.project(), call.limit());
        return Answer.of(new Page<>(commits.stream().map(Bodies::commit).toList(), Optional.empty()));
    }
}
