package im.backend.build.language;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Java.Tool;
import im.backend.build.BuiltTree;
import im.backend.build.inventory.JavaArchives;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The build tool's jar; what it does not hold itself is copied beside it. */
final class JavaBuild {
    private static final int POM_BYTES_MAX = 1 << 20;
    private static final List<String> MAKES_ONE_JAR =
            List.of("spring-boot-maven-plugin", "maven-shade-plugin", "maven-assembly-plugin", "quarkus-maven-plugin");

    private final BuildRun run;
    private final BuildPlan.Java plan;

    JavaBuild(BuildRun run, BuildPlan.Java plan) {
        this.run = run;
        this.plan = plan;
    }

    BuiltTree build() throws IOException, InterruptedException {
        BuildPlan.Outline outline = plan.outline();
        Map<String, String> environment = Map.of(
                "MAVEN_USER_HOME", "/cache/m2-home",
                "GRADLE_USER_HOME", "/cache/gradle");
        Optional<Workshop.Tool> tool = tool();
        List<Step.Shown> needs = tool.map(Workshop.Tool::needs).orElse(List.of());
        List<Step> steps = arguments(tool).stream()
                .map(arguments -> new Step(
                        "The build tool could not build the app", Step.BUILD_FAILED, arguments, environment, needs))
                .toList();
        AppBuild app = new AppBuild(
                "java " + run.version() + " " + plan.tool() + (wantsJar() ? " with its jar" : ""),
                steps,
                Optional.empty(),
                needs,
                environment,
                wantsJar() ? this::settleJar : built -> {});
        Optional<BuiltTree.AppFolder> built = app.build(run, outline);
        app.test(run, outline, built);
        return new BuiltTree(
                start(built),
                List.of(),
                built,
                run.packages(built, new JavaArchives(BuildPlan.Java.JAR, BuildPlan.Java.LIBRARIES)));
    }

    /** Of the place; a wrapper brings its own. */
    private Optional<Workshop.Tool> tool() {
        return switch (plan.tool()) {
            case MAVEN -> run.find(Workshop.ToolName.MAVEN);
            case GRADLE -> run.find(Workshop.ToolName.GRADLE);
            case MAVEN_WRAPPER, GRADLE_WRAPPER, NONE -> Optional.empty();
        };
    }

    private List<List<String>> arguments(Optional<Workshop.Tool> tool) {
        return switch (plan.tool()) {
            case MAVEN -> List.of(mavenArguments(List.of(tool.orElseThrow().program())));
            case MAVEN_WRAPPER -> List.of(mavenArguments(List.of("sh", "mvnw")));
            case GRADLE -> List.of(List.of(tool.orElseThrow().program(), "--no-daemon", "--console=plain", "assemble"));
            case GRADLE_WRAPPER -> List.of(List.of("sh", "gradlew", "--no-daemon", "--console=plain", "assemble"));
            case NONE -> List.of();
        };
    }

    private List<String> mavenArguments(List<String> program) {
        List<String> arguments = new ArrayList<>(program);
        arguments.addAll(List.of("-B", "-ntp", "-DskipTests", "-Dmaven.repo.local=/cache/m2", "package"));
        String pom = run.tree()
                .read("pom.xml", POM_BYTES_MAX)
                .map(content -> new String(content, StandardCharsets.UTF_8))
                .orElse("");
        boolean plainJar =
                pom.contains("<dependencies>") && MAKES_ONE_JAR.stream().noneMatch(pom::contains);
        if (plainJar) {
            arguments.addAll(List.of(
                    "dependency:copy-dependencies",
                    "-DincludeScope=runtime",
                    "-DoutputDirectory=/app/" + BuildPlan.Java.LIBRARIES));
        }
        return arguments;
    }

    /** A manifest's own entrypoint may name a jar of its own, or this one, as the one that init writes does. */
    private boolean wantsJar() {
        return plan.tool() != Tool.NONE
                && plan.outline().start().processes().values().stream()
                        .anyMatch(command -> command.text().contains(BuildPlan.Java.JAR));
    }

    private void settleJar(Path app) throws IOException {
        RunnableJar jar = RunnableJar.find(app)
                .orElseThrow(() -> new Problem.StageFailed(
                                "build-failed",
                                "The build made no jar with a Main-Class.",
                                "Set mainClass in the jar plugin, or say it in backend.yml, as in: entrypoint: java -cp"
                                        + " \"target/app.jar:" + BuildPlan.Java.LIBRARIES + "/*\" com.example.Main",
                                List.of())
                        .asException());
        Path settled = app.resolve(BuildPlan.Java.JAR);
        Files.createDirectories(settled.getParent());
        Files.move(jar.file(), settled);
    }

    /** Options that somebody wrote beside the jar are theirs to keep. */
    private static boolean startsJar(StartPlan start) {
        return Optional.ofNullable(start.processes().get(StartPlan.WEB))
                .filter(command -> command.text().equals("java -jar " + BuildPlan.Java.JAR))
                .isPresent();
    }

    private StartPlan start(Optional<BuiltTree.AppFolder> built) throws IOException {
        StartPlan start = ResolvedRuntime.of(Language.JAVA, run.version())
                .settle(plan.outline().start());
        if (!startsJar(start) || built.isEmpty()) {
            return start;
        }
        Path app = built.get().folder();
        if (!Files.isDirectory(app.resolve(BuildPlan.Java.LIBRARIES))) {
            return start;
        }
        String mainClass =
                RunnableJar.mainClass(app.resolve(BuildPlan.Java.JAR)).orElseThrow();
        SortedMap<String, Command> processes = new TreeMap<>(start.processes());
        processes.put(
                StartPlan.WEB,
                Command.ofWords(
                        List.of("java", "-cp", BuildPlan.Java.JAR + ":" + BuildPlan.Java.LIBRARIES + "/*", mainClass)));
        return new StartPlan(start.runtime(), processes, start.release(), start.environment(), start.folder());
    }
}
