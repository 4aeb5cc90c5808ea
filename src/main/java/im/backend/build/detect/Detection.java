package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlanner;
import im.backend.domain.AppManifest;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private static final Set<String> SIGNS_OF_AN_APP = Set.of(
            "requirements.txt",
            "pyproject.toml",
            "Pipfile",
            "manage.py",
            "package.json",
            "go.mod",
            "pom.xml",
            "build.gradle",
            "build.gradle.kts",
            "Dockerfile");
    private static final int BELOW_DEPTH_MAX = 3;
    private static final int BELOW_MAX = 5;
    /** Where the Heroku family lists packages of the system. */
    private static final String APTFILE = "Aptfile";

    private static final DockerfileDetector DOCKERFILE = new DockerfileDetector();

    private final List<Detector> languages =
            List.of(new PythonDetector(), new NodeDetector(), new GoDetector(), new JavaDetector());
    /** Static is last: many an app has an index.html, in whatever language its Dockerfile is about. */
    private final List<Detector> others = List.of(DOCKERFILE, new StaticDetector());

    @Override
    public BuildPlan plan(SourceTree tree, AppManifest manifest) {
        Sources sources = new Sources(tree);
        BuildPlan plan = plan(sources, manifest);
        boolean unread = sources.has(APTFILE) && !(plan instanceof BuildPlan.Dockerfile);
        return unread
                ? plan.withReason(plan.outline().reason() + "; " + APTFILE
                        + " is not read: install its packages on the server, or let a Dockerfile install them")
                : plan;
    }

    private BuildPlan plan(Sources sources, AppManifest manifest) {
        if (manifest.build().dockerfile().isPresent()) {
            return DOCKERFILE.assume(sources, manifest);
        }
        if (manifest.runtime().isPresent()) {
            return assume(manifest.runtime().get().language(), sources, manifest);
        }
        return language(sources, manifest)
                .or(() -> first(others, sources, manifest))
                .or(() -> languageOfEntrypoint(manifest).map(language -> assume(language, sources, manifest)))
                .orElseThrow(() -> nothingFound(sources));
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

    private RuntimeException nothingFound(Sources sources) {
        String looked = detectors().map(Detector::looksFor).collect(Collectors.joining("; "));
        return new Problem.StageFailed(
                        "detection-failed",
                        "Nothing in the source says how to build it. Looked in its root for " + looked + ".",
                        below(sources)
                                .orElse("Say it in backend.yml, as in: runtime: python and entrypoint: python3"
                                        + " server.py"),
                        List.of())
                .asException();
    }

    /** A repository of several apps has each in a folder of its own. */
    private static Optional<String> below(Sources sources) {
        List<String> folders = sources
                .matching(path -> SIGNS_OF_AN_APP.contains(Sources.fileName(path))
                        && Sources.depth(path) > 0
                        && Sources.depth(path) <= BELOW_DEPTH_MAX)
                .stream()
                .map(Sources::folder)
                .distinct()
                .sorted(Comparator.comparingInt(Sources::depth).thenComparing(Comparator.naturalOrder()))
                .limit(BELOW_MAX)
                .toList();
        return folders.isEmpty()
                ? Optional.empty()
                : Optional.of("There seems to be an app in " + String.join(", ", folders) + ": backendim deploy --dir "
                        + folders.getFirst());
    }
}
