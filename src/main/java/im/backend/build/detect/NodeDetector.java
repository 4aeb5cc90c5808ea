package im.backend.build.detect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Inputs;
import im.backend.build.BuildPlan.Node.PackageManager;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

final class NodeDetector implements Detector {
    private static final String HINT = "Say it in backend.yml, as in: entrypoint: node server.js";
    private static final String SINGLE_PAGE_HINT =
            "It looks like a single page app, which wants a server for its files."
                    + " Run npm install serve, and add to the scripts of package.json:"
                    + " \"start\": \"serve -s dist -l tcp://$HOST:$PORT\"";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern VERSION = Pattern.compile("v?([0-9]{1,3}(?:\\.[0-9]{1,3}){0,2})");
    /** Scripts of the app itself that run at each install, and may read any file of the tree. */
    private static final List<String> INSTALL_SCRIPTS = List.of("preinstall", "install", "postinstall");

    private static final Set<String> WORKSPACE_FILES =
            Set.of("package.json", "pnpm-workspace.yaml", ".npmrc", ".yarnrc", ".yarnrc.yml");
    private static final Pattern PNPM_RELEASE = Pattern.compile("pnpm@([0-9]+(?:[.-][0-9A-Za-z]+)*)");

    @Override
    public Language language() {
        return Language.NODE;
    }

    @Override
    public String looksFor() {
        return "package.json or server.js (node)";
    }

    @Override
    public Optional<BuildPlan> detect(Sources sources, AppManifest manifest) {
        boolean recognised =
                sources.firstOf("package.json", "server.js", "server.mjs").isPresent();
        return recognised ? Optional.of(assume(sources, manifest)) : Optional.empty();
    }

    @Override
    public BuildPlan assume(Sources sources, AppManifest manifest) {
        JsonNode description = description(sources);
        boolean dependencies = !description.path("dependencies").isEmpty()
                || !description.path("optionalDependencies").isEmpty()
                || !description.path("workspaces").isEmpty();
        boolean development = !description.path("devDependencies").isEmpty();
        List<String> warnings = new ArrayList<>();
        Optional<PackageManager> packageManager =
                dependencies || development ? Optional.of(packageManager(sources, warnings)) : Optional.empty();
        boolean buildScript = description.path("scripts").has("build")
                && manifest.build().command().isEmpty();
        Optional<String> lock =
                sources.firstOf("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock");
        String what = lock.orElse(sources.has("package.json") ? "package.json" : "JavaScript");
        String hint = isSinglePage(sources, description) ? SINGLE_PAGE_HINT : HINT;
        Finding finding = new Finding(what, runtime(sources), start(sources, description), hint)
                .withEnvironment(Map.of("NODE_ENV", "production", "PATH", "/app/node_modules/.bin"))
                .withWarnings(warnings)
                .withIgnored(List.of("node_modules/"));
        BuildPlan.Outline outline = finding.outline(manifest);
        Optional<String> pnpm = Optional.of(
                        PNPM_RELEASE.matcher(description.path("packageManager").asText("")))
                .filter(Matcher::lookingAt)
                .map(found -> found.group(1));
        return new BuildPlan.Node(
                outline, packageManager, pnpm, buildScript, development, inputs(sources, description, lock));
    }

    /** As Vite and its like make them: a page that only a build fills. */
    private static boolean isSinglePage(Sources sources, JsonNode description) {
        return description.path("scripts").has("build")
                && sources.firstOf("index.html", "public/index.html", "src/index.html")
                        .isPresent();
    }

    private static PackageManager packageManager(Sources sources, List<String> warnings) {
        if (sources.firstOf("package-lock.json", "npm-shrinkwrap.json").isPresent()) {
            return PackageManager.NPM;
        }
        if (sources.has("pnpm-lock.yaml")) {
            return PackageManager.PNPM;
        }
        if (sources.has("yarn.lock")) {
            boolean berry = sources.text("yarn.lock").orElse("").contains("\n__metadata:");
            return berry ? PackageManager.YARN_BERRY : PackageManager.YARN_CLASSIC;
        }
        warnings.add("There is no lock file, so each install may bring other versions; run npm install and add"
                + " package-lock.json.");
        return PackageManager.NPM_UNLOCKED;
    }

    private static Inputs inputs(Sources sources, JsonNode description, Optional<String> lock) {
        boolean installScript = INSTALL_SCRIPTS.stream()
                .anyMatch(script -> description.path("scripts").has(script));
        boolean workspaces = description.has("workspaces") || sources.has("pnpm-workspace.yaml");
        List<String> files = new ArrayList<>(sources.matching(path -> {
            boolean inRoot = Sources.depth(path) == 0;
            return (inRoot || workspaces) && WORKSPACE_FILES.contains(Sources.fileName(path));
        }));
        lock.ifPresent(files::add);
        return new Inputs(files, installScript || workspaces);
    }

    private static Optional<Command> start(Sources sources, JsonNode description) {
        JsonNode scripts = description.path("scripts");
        if (scripts.hasNonNull("start")) {
            return Optional.of(startScript(scripts));
        }
        String main = description.path("main").asText("").replaceFirst("^\\./", "");
        boolean built = scripts.has("build");
        Stream<String> named = main.isEmpty() || !(built || sources.has(main)) ? Stream.empty() : Stream.of(main);
        return Stream.concat(
                        named,
                        Stream.of("server.js", "server.mjs", "index.js", "index.mjs", "app.js", "src/index.js")
                                .filter(sources::has))
                .findFirst()
                .map(file -> Command.ofWords(List.of("node", file)));
    }

    /**
     * A simple script is started without npm: that saves a process and a quarter of a second, and the app gets the signals
     * itself. A script that needs a shell is left to npm.
     */
    private static Command startScript(JsonNode scripts) {
        Command throughNpm = Command.ofWords(List.of("npm", "start"));
        if (scripts.has("prestart") || scripts.has("poststart")) {
            return throughNpm;
        }
        try {
            Command command = Command.parse(scripts.path("start").asText());
            boolean setsVariables = command.words().isEmpty()
                    || command.words().getFirst().parts().isEmpty()
                    || command.words().getFirst().parts().getFirst().text().contains("=");
            return setsVariables ? throughNpm : command;
        } catch (ProblemException needsShell) {
            return throughNpm;
        }
    }

    private static JsonNode description(Sources sources) {
        try {
            return JSON.readTree(sources.text("package.json").orElse("{}"));
        } catch (JsonProcessingException fault) {
            throw new Problem.StageFailed(
                            "detection-failed",
                            "package.json can not be read: " + fault.getOriginalMessage() + ", line "
                                    + fault.getLocation().getLineNr() + ".",
                            "Mend package.json; node -p \"require('./package.json')\" shows the fault.",
                            List.of())
                    .asException(fault);
        }
    }

    private static RuntimeSpec runtime(Sources sources) {
        return sources.firstOf(".nvmrc", ".node-version")
                .flatMap(sources::text)
                .map(text -> VERSION.matcher(text.strip()))
                .filter(Matcher::matches)
                .map(version -> new RuntimeSpec(Language.NODE, version.group(1)))
                .orElse(RuntimeSpec.any(Language.NODE));
    }
}
