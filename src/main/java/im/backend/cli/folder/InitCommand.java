package im.backend.cli.folder;

import im.backend.build.BuildPlan;
import im.backend.build.detect.Detection;
import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.StartPlan;
import im.backend.manifest.ManifestReader;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The command {@code init}. */
public final class InitCommand implements Action {
    private final WriteOptions target = new WriteOptions();

    @Override
    public void declare(Syntax syntax) {
        target.declare(syntax);
    }

    @Override
    public int run(Session session) throws IOException {
        Path folder = target.folder(session);
        Path file = folder.resolve(ManifestReader.FILE);
        target.requireFree(folder, List.of(ManifestReader.FILE));
        AppManifest others = ManifestReader.readOthers(folder);
        Optional<BuildPlan> plan = Optional.empty();
        String whatToDo = "";
        try {
            plan = Optional.of(new Detection().plan(FolderTree.of(folder), others));
        } catch (ProblemException notRecognised) {
            whatToDo = notRecognised.problem() instanceof Problem.StageFailed failed ? failed.fix() : "";
        }
        String name =
                session.namedProject().or(() -> Session.folderName(folder)).orElse("my-app");
        URI server = session.credentials().server(session.askedServer());
        Files.writeString(file, StarterConfig.text(name, plan.map(BuildPlan::outline), others, server));
        say(session, file, name, plan, whatToDo);
        return ExitCode.DONE.code();
    }

    /** @param whatToDo when nothing was recognised */
    private static void say(Session session, Path file, String name, Optional<BuildPlan> plan, String whatToDo) {
        Optional<BuildPlan.Outline> outline = plan.map(BuildPlan::outline);
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("file", file.toString())
                            .with("name", name)
                            .with(
                                    "detected",
                                    outline.map(BuildPlan.Outline::reason).orElse(null))
                            .with(
                                    "runtime",
                                    outline.map(found -> found.start().runtime().toString())
                                            .orElse(null))
                            .with(
                                    "entrypoint",
                                    outline.map(BuildPlan.Outline::start)
                                            .map(start -> start.processes().get(StartPlan.WEB))
                                            .map(Command::text)
                                            .orElse(null))
                            .toString());
            return;
        }
        session.terminal()
                .note(outline.map(found -> "Detected: " + found.reason() + ".")
                        .orElse("Nothing was recognised here. " + whatToDo));
        session.terminal().answer("Wrote " + file.getFileName() + " for " + name + ".");
        session.terminal().note("Next: backendim deploy");
    }
}
