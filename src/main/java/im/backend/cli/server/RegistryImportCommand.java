package im.backend.cli.server;

import im.backend.archive.FolderTar;
import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.BackendClient;
import im.backend.client.Exchange;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;

/** The command {@code registry import}. */
public final class RegistryImportCommand implements Action {
    private Path source = Path.of("");

    private String name = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument(
                "FILE|DIR",
                "What docker save, podman save or skopeo wrote: a tar, a tar.gz or an OCI layout as a folder.",
                given -> source = Path.of(given));
        syntax.requiredOption(
                "--name",
                "REF",
                "The reference that it is for, as docker.io/library/python:3.12-slim.",
                given -> name = given);
    }

    @Override
    public int run(Session session) {
        Path path = session.folder().resolve(source);
        if (!Files.isReadable(path)) {
            throw new Problem.Malformed(
                            "file-unreadable", source + ": no such file or folder (expected: an image archive).")
                    .asException();
        }
        Exchange.Body body = Files.isDirectory(path) ? out -> FolderTar.write(path, out) : out -> Files.copy(path, out);
        JsonObject brought = session.client().upload("/v1/registry/bases?name=" + BackendClient.encode(name), body);
        return RegistryPullCommand.tell(session, brought);
    }
}
