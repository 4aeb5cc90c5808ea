package im.backend.cli.deployment;

import im.backend.archive.SourceFolder;
import im.backend.archive.TarGz;
import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Times;
import im.backend.client.DeployUpload;
import im.backend.client.JsonObject;
import im.backend.domain.AppManifest;
import im.backend.domain.ProjectName;
import im.backend.domain.Quoted;
import im.backend.manifest.ManifestReader;
import im.backend.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The command {@code deploy}. */
public final class DeployCommand implements Action {
    private @Nullable Path dir;
    private @Nullable Path config;
    private boolean watch;
    private boolean detach;
    private @Nullable String message;
    private @Nullable String commit;
    private boolean dryRun;

    @Override
    public void declare(Syntax syntax) {
        syntax.option("-d, --dir", "FOLDER", "Folder to deploy. Default: this one.", given -> dir = Path.of(given));
        syntax.option(
                "--config", "FILE", "Used in place of the folder's backend.yml.", given -> config = Path.of(given));
        syntax.flag("-w, --watch", "Also show what the build and the starting app write.", given -> watch = given);
        syntax.flag("--detach, --no-wait", "Return as soon as the deployment is queued.", given -> detach = given);
        syntax.option(
                "-m, --message", "TEXT", "Message of the commit that the upload becomes.", given -> message = given);
        syntax.option(
                "--commit", "HASH", "Deploy a commit that the server has, without upload.", given -> commit = given);
        syntax.flag("--dry-run", "Only say what would be uploaded.", given -> dryRun = given);
    }

    @Override
    public int run(Session session) throws IOException {
        long startedNanos = System.nanoTime();
        Path folder = session.folder().resolve(dir == null ? Path.of("") : dir).normalize();
        if (commit != null) {
            JsonObject accepted = session.client()
                    .post(session.projectPath() + "/deployments", new JsonObject().with("commit", commit));
            return end(session, accepted, new ProgressPrinter(session.terminal()), startedNanos);
        }
        if (!Files.isDirectory(folder)) {
            throw new Problem.Malformed(
                            "bad-parameter",
                            "--dir: " + Quoted.of(folder.toString()) + " (expected: a folder with the app's source)")
                    .asException();
        }
        if (!dryRun) {
            session.client().connectAhead();
        }
        Map<String, String> fields = fields(session, folder);
        SourceFolder source = SourceFolder.read(folder);
        source.links()
                .forEach(link -> session.terminal()
                        .note("note: " + link + " is a symbolic link and is left out; an upload holds plain files"));
        if (dryRun) {
            return sayWhat(session, source, fields);
        }
        ProgressPrinter printer = new ProgressPrinter(session.terminal());
        try {
            return end(session, upload(session, source, fields, printer), printer, startedNanos);
        } finally {
            printer.close();
        }
    }

    private Map<String, String> fields(Session session, Path folder) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        AppManifest manifest;
        if (config == null) {
            manifest = ManifestReader.read(folder);
        } else {
            byte[] text = read(session.folder().resolve(config));
            manifest = ManifestReader.read(folder, text);
            fields.put("config", new String(text, StandardCharsets.UTF_8));
        }
        Optional<String> named = session.namedProject().or(() -> manifest.name().map(ProjectName::value));
        fields.put("project", named.isPresent() ? named.get() : session.project(folder));
        if (message != null) {
            fields.put("message", message);
        }
        return fields;
    }

    private static byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            throw new Problem.Malformed(
                            "bad-parameter", "--config: no file " + Quoted.of(file.toString()) + " (expected: a file)")
                    .asException(absent);
        }
    }

    private static JsonObject upload(
            Session session, SourceFolder source, Map<String, String> fields, ProgressPrinter printer) {
        if (source.files().isEmpty()) {
            throw new Problem.Invalid(
                            "empty-source",
                            "The folder has no files to deploy (expected: source; .gitignore and .backendimignore are"
                                    + " obeyed).")
                    .asException();
        }
        boolean shown = !session.json();
        if (shown) {
            printer.stage("uploading");
        }
        long total = Math.max(1, source.sizeBytes());
        String size = source.files().size() + " files, " + Times.size(source.sizeBytes());
        long[] packed = new long[2];
        DeployUpload upload = new DeployUpload(fields, out -> {
            packed[0] = 0;
            TarGz.write(source.files(), out, count -> {
                packed[0] += count;
                long percent = packed[0] * 100 / total;
                if (shown && percent != packed[1]) {
                    packed[1] = percent;
                    printer.detail(percent >= 100 ? size : size + ", " + percent + "%");
                }
            });
        });
        return session.client().deploy(upload);
    }

    private int end(Session session, JsonObject accepted, ProgressPrinter printer, long startedNanos) {
        Attached attached = new Attached(session, accepted, watch, startedNanos);
        if (detach) {
            printer.done(null);
            printer.close();
            return attached.detach();
        }
        return attached.follow(printer);
    }

    private static int sayWhat(Session session, SourceFolder source, Map<String, String> fields) {
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("project", fields.get("project"))
                            .with(
                                    "files",
                                    source.files().stream()
                                            .map(SourceFolder.SourceFile::path)
                                            .toList())
                            .with("sizeBytes", source.sizeBytes())
                            .toString());
        } else {
            source.files().forEach(file -> session.terminal().answer(file.path()));
            session.terminal()
                    .note("Would upload " + source.files().size() + " files (" + Times.size(source.sizeBytes())
                            + ") as project " + fields.get("project") + ".");
        }
        return ExitCode.DONE.code();
    }
}
