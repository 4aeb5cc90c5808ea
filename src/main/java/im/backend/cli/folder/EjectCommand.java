package im.backend.cli.folder;

import im.backend.archive.SourceFolder;
import im.backend.build.BuildPlan;
import im.backend.build.RuntimeTable;
import im.backend.build.detect.Detection;
import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import im.backend.config.ConfigReader;
import im.backend.domain.AppManifest;
import im.backend.domain.ProjectName;
import im.backend.eject.Ejection;
import im.backend.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The command {@code eject}. */
public final class EjectCommand implements Action {
    private final WriteOptions target = new WriteOptions();

    @Override
    public void declare(Syntax syntax) {
        target.declare(syntax);
    }

    @Override
    public int run(Session session) throws IOException {
        Path folder = target.folder(session);
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
        target.requireFree(folder, files.keySet());
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
