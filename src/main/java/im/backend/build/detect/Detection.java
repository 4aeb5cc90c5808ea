package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlanner;
import im.backend.domain.AppManifest;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    private static final DockerfileDetector DOCKERFILE = new DockerfileDetector();

    private final List<Detector> languages =
            List.of(new PythonDetector(), new NodeDetector(), new GoDetector(), new JavaDetector());
    /** Static is last: many an app has an index.html, in whatever language its Dockerfile is about. */
    private final List<Detector> others = List.of(DOCKERFILE, new StaticDetector());

    @Override
    public BuildPlan plan(SourceTree tree, AppManifest manifest) {
        Sources sources = new Sources(tree);
        if (manifest.build().dockerfile().isPresent()) {
            return DOCKERFILE.assume(sources, manifest);
        }
        if (manifest.runtime().isPresent()) {
            return assume(manifest.runtime().get().language(), sources, manifest);
        }
        return language(sources, manifest)
                .or(() -> first(others, sources, manifest))
                .or(() -> languageOfEntrypoint(manifest).map(language -> assume(language, sources, manifest)))
                .orElseThrow(this::nothingFound);
    }

    /** A language wins over a Dockerfile, unless it can not tell how the app is started. */
    private Optional<BuildPlan> language(Sources sources, AppManifest manifest) {
        Optional<String> dockerfile = DockerfileDetector.usual(sources);
        try {
            Optional<BuildPlan> plan = first(languages, sources, manifest);
            return dockerfile.isPresent() ? plan.map(found -> notUsing(dockerfile.get(), found)) : plan;
        } catch (ProblemException unclear) {
            if (dockerfile.isEmpty()) {
                throw unclear;
            }
            return Optional.empty();
        }
    }

    private static BuildPlan notUsing(String dockerfile, BuildPlan plan) {
        return plan.withReason(plan.outline().reason() + "; " + dockerfile + " is not used (build.dockerfile: "
                + dockerfile + " would use it)");
    }

    private static Optional<BuildPlan> first(List<Detector> detectors, Sources sources, AppManifest manifest) {
        return detectors.stream()
                .flatMap(detector -> detector.detect(sources, manifest).stream())
                .findFirst();
    }

    private BuildPlan assume(Language language, Sources sources, AppManifest manifest) {
        return detectors()
                .filter(detector -> detector.language() == language)
                .findFirst()
                .orElseThrow()
                .assume(sources, manifest);
    }

    private Stream<Detector> detectors() {
        return Stream.concat(languages.stream(), others.stream());
    }

    private static Optional<Language> languageOfEntrypoint(AppManifest manifest) {
        return manifest.entrypoint()
                .flatMap(command -> command.resolve(Map.of()).stream().findFirst())
                .flatMap(program -> Optional.ofNullable(LANGUAGE_OF_PROGRAM.get(program)));
    }

    private RuntimeException nothingFound() {
        String looked = detectors().map(Detector::looksFor).collect(Collectors.joining("; "));
        return new Problem.StageFailed(
                        "detection-failed",
                        "Nothing in the source says how to build it. Looked in its root for " + looked + ".",
                        "Say it in backend.yml, as in: runtime: python and entrypoint: python3 server.py",
                        List.of())
                .asException();
    }
}
