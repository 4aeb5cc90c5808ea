package im.backend.cli;

import im.backend.archive.SourceFolder;
import im.backend.build.BuildPlan;
import im.backend.build.RuntimeTable;
import im.backend.build.detect.Detection;
import im.backend.client.JsonObject;
import im.backend.config.ConfigReader;
import im.backend.domain.AppManifest;
import im.backend.domain.ProjectName;
import im.backend.eject.Ejection;
import im.backend.manifest.ManifestReader;
import im.backend.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command
final class EjectCommand implements Action {
    @Option(
            names = {"-d", "--dir"},
            paramLabel = "FOLDER",
            description = "Folder with the app. Default: this one.")
    @Nullable
    Path dir;

    @Option(names = "--force", description = "Write over files that are there.")
    boolean force;

    @Override
    public int run(Session session) throws IOException {
        Path folder = session.folder().resolve(dir == null ? Path.of("") : dir).normalize();
        AppManifest manifest = ManifestReader.read(folder);
        BuildPlan plan = new Detection().plan(FolderTree.of(folder), manifest);
        RuntimeTable bases = new RuntimeTable(ConfigReader.read(null, session.environment(), Map.of())
                .config()
                .images()
                .bases());
        Ejection ejection = new Ejection(
                new ProjectName(session.project(folder)), plan, manifest, bases, SourceFolder.leftOut(folder));
        write(folder, ejection.files());
        tell(session, plan, ejection.files());
        return ExitCode.DONE.code();
    }

    private void write(Path folder, SortedMap<String, String> files) throws IOException {
        List<String> there = files.keySet().stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
        if (!there.isEmpty() && !force) {
            throw new Problem.Conflict(
                            "file-exists",
                            "There is a " + String.join(" and a ", there)
                                    + " already (expected: none, or --force to write over it).")
                    .asException();
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
    }

    private static void tell(Session session, BuildPlan plan, SortedMap<String, String> files) {
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("detected", plan.outline().reason())
                            .with("files", List.copyOf(files.keySet()))
                            .toString());
            return;
        }
        session.terminal().note("Detected: " + plan.outline().reason() + ".");
        files.keySet().forEach(name -> session.terminal().answer("Wrote " + name));
        if (plan instanceof BuildPlan.Dockerfile own) {
            session.terminal().note("The app's own " + own.path() + " stays as it is.");
        }
        session.terminal()
                .note("Next: docker build -t registry.example.com/my-app . && docker push registry.example.com/my-app");
        session.terminal()
                .note("      put image, host and secrets into " + Ejection.KUBERNETES + ", then kubectl apply -f "
                        + Ejection.KUBERNETES);
    }
}
