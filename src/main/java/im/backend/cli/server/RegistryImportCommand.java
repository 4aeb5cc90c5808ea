package im.backend.cli.server;

import im.backend.archive.FolderTar;
import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.client.BackendClient;
import im.backend.client.Exchange;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code registry import}. */
@Command
public final class RegistryImportCommand implements Action {
    @Parameters(
            paramLabel = "FILE|DIR",
            description =
                    "What docker save, podman save or skopeo wrote: a tar, a tar.gz or an OCI layout as a folder.")
    Path source = Path.of("");

    @Option(
            names = "--name",
            required = true,
            paramLabel = "REF",
            description = "The reference that it is for, as docker.io/library/python:3.12-slim.")
    String name = "";

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
