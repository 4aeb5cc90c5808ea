package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A Dockerfile says all by itself: nothing of the tree is looked at but its name. */
final class DockerfileDetector implements Detector {
    private static final String[] USUAL = {"Dockerfile", "Containerfile"};

    @Override
    public Language language() {
        return Language.DOCKERFILE;
    }

    @Override
    public String looksFor() {
        return "Dockerfile or Containerfile (an image of its own)";
    }

    /** The usual one, for the note that it is there and not used. */
    static Optional<String> usual(Sources sources) {
        return sources.firstOf(USUAL);
    }

    @Override
    public Optional<BuildPlan> detect(Sources sources, AppManifest manifest) {
        return usual(sources).map(path -> plan(path, manifest));
    }

    @Override
    public BuildPlan assume(Sources sources, AppManifest manifest) {
        String path = manifest.build()
                .dockerfile()
                .or(() -> usual(sources))
                .orElseThrow(() -> missing("The runtime is to be a Dockerfile, and the source has none."));
        if (!sources.has(path)) {
            throw missing("build.dockerfile names `" + path + "`, which is not in the source.");
        }
        return plan(path, manifest);
    }

    private static RuntimeException missing(String detail) {
        return new Problem.StageFailed(
                        "detection-failed",
                        detail,
                        "Add it, or say where it is in backend.yml, as in: build: {dockerfile: deploy/Dockerfile}",
                        List.of())
                .asException();
    }

    private static BuildPlan plan(String path, AppManifest manifest) {
        SortedMap<String, Command> processes = new TreeMap<>(manifest.processes());
        manifest.entrypoint().ifPresent(command -> processes.put(StartPlan.WEB, command));
        String reason = manifest.entrypoint()
                .map(command -> "found " + path + "; the entrypoint is given: " + command)
                .orElse("found " + path + ": the image says how it is started");
        BuildPlan.Outline outline = new BuildPlan.Outline(
                reason,
                warnings(manifest),
                new StartPlan(RuntimeSpec.any(Language.DOCKERFILE), processes, manifest.release(), new TreeMap<>()),
                Optional.empty(),
                manifest.test(),
                List.of());
        return new BuildPlan.Dockerfile(outline, path, manifest.build().arguments());
    }

    /** What means nothing here is not passed over in silence. */
    private static List<String> warnings(AppManifest manifest) {
        List<String> warnings = new ArrayList<>();
        manifest.build()
                .command()
                .ifPresent(command ->
                        warnings.add("build: " + command + " is not run; put it into the Dockerfile, as a RUN line"));
        if (!manifest.build().ignore().isEmpty()) {
            warnings.add("build.ignore is not used with a Dockerfile; list these patterns in .dockerignore");
        }
        return warnings;
    }
}
