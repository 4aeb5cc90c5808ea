package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Java.Tool;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import java.util.List;
import java.util.Optional;

final class JavaDetector implements Detector {
    private static final String HINT = "Say it in backend.yml, as in: entrypoint: java -jar app.jar";

    /** What build tools leave beside the jars. */
    private static final List<String> BY_PRODUCTS = List.of(
            "target/*classes/",
            "target/generated-*/",
            "target/maven-*/",
            "target/surefire*/",
            "build/classes/",
            "build/tmp/",
            "build/reports/",
            "build/test-results/",
            ".gradle/");

    @Override
    public Language language() {
        return Language.JAVA;
    }

    @Override
    public String looksFor() {
        return "pom.xml, build.gradle, build.gradle.kts or a jar (java)";
    }

    @Override
    public Optional<BuildPlan> detect(Sources sources, AppManifest manifest) {
        boolean recognised = sources.firstOf("pom.xml", "build.gradle", "build.gradle.kts")
                .or(() -> onlyJar(sources))
                .isPresent();
        return recognised ? Optional.of(assume(sources, manifest)) : Optional.empty();
    }

    @Override
    public BuildPlan assume(Sources sources, AppManifest manifest) {
        RuntimeSpec runtime = RuntimeSpec.any(Language.JAVA);
        Optional<String> description = sources.firstOf("pom.xml", "build.gradle", "build.gradle.kts");
        if (description.isPresent()) {
            Finding finding = new Finding(
                            description.get(),
                            runtime,
                            Optional.of(Command.ofWords(List.of("java", "-jar", BuildPlan.Java.JAR))),
                            HINT)
                    .withIgnored(BY_PRODUCTS);
            return new BuildPlan.Java(finding.outline(manifest), tool(sources, description.get()));
        }
        Optional<String> jar = onlyJar(sources);
        Finding finding = new Finding(
                jar.orElse("Java"), runtime, jar.map(file -> Command.ofWords(List.of("java", "-jar", file))), HINT);
        return new BuildPlan.Java(finding.outline(manifest), Tool.NONE);
    }

    private static Tool tool(Sources sources, String description) {
        if (description.equals("pom.xml")) {
            return sources.has("mvnw") ? Tool.MAVEN_WRAPPER : Tool.MAVEN;
        }
        return sources.has("gradlew") ? Tool.GRADLE_WRAPPER : Tool.GRADLE;
    }

    private static Optional<String> onlyJar(Sources sources) {
        List<String> jars = sources.matching(path -> path.endsWith(".jar") && Sources.depth(path) == 0);
        return jars.size() == 1 ? Optional.of(jars.getFirst()) : Optional.empty();
    }
}
