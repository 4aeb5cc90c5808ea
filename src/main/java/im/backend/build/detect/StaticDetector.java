package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import java.util.List;
import java.util.Optional;

/**
 * A folder of files, served by the JDK's own {@code jwebserver}: it is wherever the platform runs, answers GET and HEAD
 * only, and never shows a hidden file.
 */
final class StaticDetector implements Detector {
    private static final List<String> FOLDERS = List.of("", "public", "dist", "_site", "site", "www", "build");
    private static final List<String> NOT_FOR_VISITORS =
            List.of("/backend.yml", "/backend.yaml", "/Procfile", "/app.json", ".*");

    @Override
    public Language language() {
        return Language.STATIC;
    }

    @Override
    public String looksFor() {
        return "index.html (static)";
    }

    @Override
    public Optional<BuildPlan> detect(Sources sources, AppManifest manifest) {
        return folder(sources).map(folder -> plan(folder, manifest));
    }

    @Override
    public BuildPlan assume(Sources sources, AppManifest manifest) {
        return plan(folder(sources).orElse(""), manifest);
    }

    private static BuildPlan plan(String folder, AppManifest manifest) {
        String served = folder.isEmpty() ? "/app" : "/app/" + folder;
        Finding finding = new Finding(
                        (folder.isEmpty() ? "" : folder + "/") + "index.html",
                        RuntimeSpec.any(Language.STATIC),
                        Optional.of(Command.parse("jwebserver -b $HOST -p $PORT -d " + served)),
                        "")
                .withIgnored(NOT_FOR_VISITORS);
        return new BuildPlan.Static(finding.outline(manifest));
    }

    private static Optional<String> folder(Sources sources) {
        return FOLDERS.stream()
                .filter(folder -> sources.has(folder.isEmpty() ? "index.html" : folder + "/index.html"))
                .findFirst();
    }
}
