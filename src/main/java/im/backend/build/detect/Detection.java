package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlanner;
import im.backend.domain.AppManifest;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks each language in turn; the first that recognises the tree plans the build. */
public final class Detection implements BuildPlanner {
    private static final Map<String, Language> LANGUAGE_OF_PROGRAM = Map.ofEntries(
            Map.entry("python", Language.PYTHON),
            Map.entry("python3", Language.PYTHON),
            Map.entry("uvicorn", Language.PYTHON),
            Map.entry("gunicorn", Language.PYTHON),
            Map.entry("hypercorn", Language.PYTHON),
            Map.entry("flask", Language.PYTHON),
            Map.entry("node", Language.NODE),
            Map.entry("npm", Language.NODE),
            Map.entry("npx", Language.NODE),
            Map.entry("java", Language.JAVA));

    /** Static is last: many an app has an index.html. */
    private final List<Detector> detectors = List.of(
            new PythonDetector(), new NodeDetector(), new GoDetector(), new JavaDetector(), new StaticDetector());

    @Override
    public BuildPlan plan(SourceTree tree, AppManifest manifest) {
        Sources sources = new Sources(tree);
        if (manifest.runtime().isPresent()) {
            return assume(manifest.runtime().get().language(), sources, manifest);
        }
        return detectors.stream()
                .flatMap(detector -> detector.detect(sources, manifest).stream())
                .findFirst()
                .or(() -> languageOfEntrypoint(manifest).map(language -> assume(language, sources, manifest)))
                .orElseThrow(this::nothingFound);
    }

    private BuildPlan assume(Language language, Sources sources, AppManifest manifest) {
        return detectors.stream()
                .filter(detector -> detector.language() == language)
                .findFirst()
                .orElseThrow()
                .assume(sources, manifest);
    }

    private static Optional<Language> languageOfEntrypoint(AppManifest manifest) {
        return manifest.entrypoint()
                .flatMap(command -> command.resolve(Map.of()).stream().findFirst())
                .flatMap(program -> Optional.ofNullable(LANGUAGE_OF_PROGRAM.get(program)));
    }

    private RuntimeException nothingFound() {
        String looked = detectors.stream().map(Detector::looksFor).collect(Collectors.joining("; "));
        return new Problem.StageFailed(
                        "detection-failed",
                        "Nothing in the source says how to build it. Looked in its root for " + looked + ".",
                        "Say it in backend.yml, as in: runtime: python and entrypoint: python3 server.py",
                        List.of())
                .asException();
    }
}
