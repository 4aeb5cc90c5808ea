package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.problem.Problem;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

final class GoDetector implements Detector {
    private static final Pattern MAIN_PACKAGE = Pattern.compile("(?m)^package main\\b");
    private static final List<String> USUAL = List.of("cmd/server", "cmd/api", "cmd/app", "cmd/web");

    @Override
    public Language language() {
        return Language.GO;
    }

    @Override
    public String looksFor() {
        return "go.mod (go)";
    }

    @Override
    public Optional<BuildPlan> detect(Sources sources, AppManifest manifest) {
        return sources.has("go.mod") ? Optional.of(assume(sources, manifest)) : Optional.empty();
    }

    @Override
    public BuildPlan assume(Sources sources, AppManifest manifest) {
        String folder = mainFolder(sources);
        String target = folder.isEmpty() ? "." : "./" + folder;
        Finding finding = new Finding(
                "go.mod, built from " + target,
                RuntimeSpec.any(Language.GO),
                Optional.of(Command.ofWords(List.of("./" + BuildPlan.Go.BINARY))),
                "");
        return new BuildPlan.Go(finding.outline(manifest), target);
    }

    private static String mainFolder(Sources sources) {
        NavigableSet<String> folders = new TreeSet<>();
        for (String path : sources.matching(path -> path.endsWith(".go")
                && !path.endsWith("_test.go")
                && !path.startsWith("vendor/")
                && Sources.depth(path) <= 3)) {
            if (MAIN_PACKAGE.matcher(sources.text(path).orElse("")).find()) {
                folders.add(Sources.folder(path));
            }
        }
        if (folders.isEmpty()) {
            throw new Problem.StageFailed(
                            "detection-failed",
                            "Found go.mod, but no package main in the root or in cmd/.",
                            "Add a main.go with package main.",
                            List.of())
                    .asException();
        }
        if (folders.contains("") || folders.size() == 1) {
            return folders.first();
        }
        return USUAL.stream()
                .filter(folders::contains)
                .findFirst()
                .orElseThrow(() -> new Problem.StageFailed(
                                "detection-failed",
                                "Found go.mod with several main packages: " + String.join(", ", folders) + ".",
                                "Move the server to cmd/server, or put its main.go into the root.",
                                List.of())
                        .asException());
    }
}
