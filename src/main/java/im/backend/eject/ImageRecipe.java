package im.backend.eject;

import im.backend.build.BuildPlan;
import im.backend.build.RuntimeTable;
import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.StartPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Dockerfiles that do what a build does here: dependencies by themselves, then the app, as a user without rights. */
record ImageRecipe(AppManifest manifest, RuntimeTable bases) {
    private static final int PORT = 8080;
    private static final String USER = "1000:1000";
    private static final String WAITING_VOLUMES = "/volumes";

    String python(BuildPlan.Python plan) {
        Recipe recipe = start(plan);
        boolean hasPackages = !plan.packages().isEmpty();
        if (hasPackages) {
            recipe.gap()
                    .comment("Installed again only when one of these files changes.")
                    .line("FROM ${BASE} AS packages");
            recipe.line("ENV PYTHONUSERBASE=/app/.deps PIP_BREAK_SYSTEM_PACKAGES=1")
                    .line("WORKDIR /app");
            inputs(recipe, plan.inputs());
            List<String> install = new ArrayList<>(List.of(
                    "python3",
                    "-m",
                    "pip",
                    "install",
                    "--user",
                    "--no-cache-dir",
                    "--disable-pip-version-check",
                    "--no-warn-script-location",
                    "--prefer-binary"));
            plan.packages().files().forEach(file -> install.addAll(List.of("-r", file)));
            if (!plan.packages().constraints().isEmpty()) {
                recipe.line("COPY " + Ejection.CONSTRAINTS + " ./");
                install.addAll(List.of("-c", Ejection.CONSTRAINTS));
            }
            install.addAll(plan.packages().requirements());
            recipe.run(install);
        }
        recipe.gap().line("FROM ${BASE}").line("WORKDIR /app");
        if (hasPackages) {
            recipe.line("COPY --from=packages /app/.deps /app/.deps");
        }
        recipe.line("COPY . .");
        environment(recipe, plan.outline());
        buildCommand(recipe, plan.outline());
        return finish(recipe, plan.outline(), Volumes.MADE_HERE);
    }

    String node(BuildPlan.Node plan) {
        Recipe recipe = start(plan);
        boolean builds = plan.buildScript() || plan.outline().buildCommand().isPresent();
        boolean hasPackages = plan.packageManager().isPresent();
        if (hasPackages) {
            nodePackages(recipe, plan, "packages", BuildPlan.Node.Scope.PRODUCTION);
        }
        if (builds) {
            if (hasPackages) {
                nodePackages(recipe, plan, "build", BuildPlan.Node.Scope.EVERYTHING);
            } else {
                recipe.gap().line("FROM ${BASE} AS build").line("WORKDIR /app");
            }
            recipe.line("COPY . .");
            if (plan.buildScript()) {
                recipe.run(List.of("npm", "run", "build"));
            }
            buildCommand(recipe, plan.outline());
            recipe.run(List.of("rm", "-rf", "node_modules"));
        }
        recipe.gap().line("FROM ${BASE}").line("WORKDIR /app");
        if (hasPackages) {
            recipe.line("COPY --from=packages /app/node_modules ./node_modules");
        }
        recipe.line(builds ? "COPY --from=build /app ./" : "COPY . .");
        environment(recipe, plan.outline());
        return finish(recipe, plan.outline(), Volumes.MADE_HERE);
    }

    private static void nodePackages(Recipe recipe, BuildPlan.Node plan, String stage, BuildPlan.Node.Scope scope) {
        recipe.gap().line("FROM ${BASE} AS " + stage).line("WORKDIR /app");
        inputs(recipe, plan.inputs());
        if (!plan.inputs().wholeTree()) {
            recipe.comment("Scripts of the app itself want files that are not here yet.")
                    .run(List.of("npm", "pkg", "delete", "scripts"));
        }
        plan.install(scope).forEach(recipe::run);
    }

    String go(BuildPlan.Go plan) {
        Recipe recipe = start(plan, Optional.of("docker.io/library/golang:" + version(plan, "1")));
        recipe.gap()
                .line("FROM ${BUILDER} AS build")
                .line("WORKDIR /app")
                .line("COPY . .")
                .line("ENV CGO_ENABLED=0");
        recipe.run(plan.compile());
        buildCommand(recipe, plan.outline());
        waitingVolumes(recipe);
        recipe.gap().line("FROM ${BASE}").line("WORKDIR /app").line("COPY --from=build /app ./");
        environment(recipe, plan.outline());
        return finish(recipe, plan.outline(), Volumes.MADE_BEFORE);
    }

    String java(BuildPlan.Java plan) {
        String version = version(plan, "25");
        String builder = switch (plan.tool()) {
            case MAVEN -> "docker.io/library/maven:3-eclipse-temurin-" + version;
            case GRADLE -> "docker.io/library/gradle:jdk" + version;
            case MAVEN_WRAPPER, GRADLE_WRAPPER, NONE -> "docker.io/library/eclipse-temurin:" + version;
        };
        Recipe recipe = start(plan, Optional.of(builder));
        recipe.gap().line("FROM ${BUILDER} AS build").line("WORKDIR /app").line("COPY . .");
        List<String> maven = List.of(
                "-B",
                "-ntp",
                "-DskipTests",
                "package",
                "dependency:copy-dependencies",
                "-DincludeScope=runtime",
                "-DoutputDirectory=/app/" + BuildPlan.Java.LIBRARIES);
        List<String> gradle = List.of("--no-daemon", "--console=plain", "assemble");
        switch (plan.tool()) {
            case MAVEN -> recipe.run(together(List.of("mvn"), maven));
            case MAVEN_WRAPPER -> recipe.run(together(List.of("sh", "mvnw"), maven));
            case GRADLE -> recipe.run(together(List.of("gradle"), gradle));
            case GRADLE_WRAPPER -> recipe.run(together(List.of("sh", "gradlew"), gradle));
            case NONE -> {
                // A jar in the source is the app.
            }
        }
        buildCommand(recipe, plan.outline());
        boolean settled =
                plan.tool() != BuildPlan.Java.Tool.NONE && manifest.entrypoint().isEmpty();
        if (settled) {
            recipe.comment("The one jar with a Main-Class is the app.").line(SETTLE_JAR);
        }
        recipe.gap().line("FROM ${BASE}").line("WORKDIR /app").line("COPY --from=build /app ./");
        environment(recipe, plan.outline());
        return settled
                ? finish(recipe, withStart(plan.outline(), JAVA_START), Volumes.MADE_HERE)
                : finish(recipe, plan.outline(), Volumes.MADE_HERE);
    }

    private static final String SETTLE_JAR = """
        RUN mkdir -p .build/lib && for jar in target/*.jar build/libs/*.jar; do \\
              test -f "$jar" && unpacked=$(mktemp -d) && (cd "$unpacked" && jar xf "/app/$jar" META-INF/MANIFEST.MF) && \\
              main=$(sed -n 's/\\r$//; s/^Main-Class: //p' "$unpacked/META-INF/MANIFEST.MF") && \\
              test -n "$main" && cp "$jar" .build/app.jar && echo "$main" > .build/main; done; test -f .build/app.jar\
        """;

    private static final Command JAVA_START = Command.literal(
            List.of("/bin/sh", "-c", "exec java -cp \".build/app.jar:.build/lib/*\" \"$(cat .build/main)\""));

    String site(BuildPlan.Static plan) {
        Recipe recipe = start(plan);
        recipe.gap().line("FROM ${BASE}").line("WORKDIR /app").line("COPY . .");
        environment(recipe, plan.outline());
        buildCommand(recipe, plan.outline());
        return finish(recipe, plan.outline(), Volumes.MADE_HERE);
    }

    private Recipe start(BuildPlan plan) {
        return start(plan, Optional.empty());
    }

    private Recipe start(BuildPlan plan, Optional<String> builder) {
        Recipe recipe = new Recipe()
                .comment("Written by `backendim eject`: " + plan.outline().reason() + ".")
                .comment("Build: docker build -t my-app .    Run: docker run -p 8080:8080 my-app");
        builder.ifPresent(image -> recipe.line("ARG BUILDER=" + image));
        return recipe.line("ARG BASE=" + base(plan.outline().start().runtime()));
    }

    private String base(RuntimeSpec wanted) {
        return bases.find(wanted.withVersion())
                .or(() -> bases.find(wanted))
                .map(Object::toString)
                .orElse("docker.io/library/debian:stable-slim");
    }

    private static String version(BuildPlan plan, String otherwise) {
        String version = plan.outline().start().runtime().version();
        return version.isEmpty() ? otherwise : version;
    }

    private static void inputs(Recipe recipe, BuildPlan.Inputs inputs) {
        // COPY would put files of folders side by side, and they name one another by path.
        boolean flat = !inputs.wholeTree() && inputs.files().stream().noneMatch(file -> file.contains("/"));
        recipe.line(flat ? "COPY " + String.join(" ", inputs.files()) + " ./" : "COPY . .");
    }

    private void environment(Recipe recipe, BuildPlan.Outline outline) {
        SortedMap<String, String> environment = new TreeMap<>(outline.start().environment());
        environment.computeIfPresent("PATH", (name, own) -> own + ":$PATH");
        environment.put("HOST", "0.0.0.0");
        environment.put("PORT", Integer.toString(manifest.port().orElse(PORT)));
        environment.put("LANG", "C.UTF-8");
        if (outline.start().runtime().language() == RuntimeSpec.Language.PYTHON) {
            environment.put("PYTHONUNBUFFERED", "1");
            environment.put("PYTHONDONTWRITEBYTECODE", "1");
        }
        List<String> volumes = paths();
        environment.put("HOME", volumes.isEmpty() ? "/tmp" : volumes.getFirst());
        if (!volumes.isEmpty()) {
            environment.put("DATA_DIR", volumes.getFirst());
        }
        recipe.environment(environment);
    }

    private static void buildCommand(Recipe recipe, BuildPlan.Outline outline) {
        outline.buildCommand().ifPresent(command -> recipe.line("RUN " + Words.exec(command)));
    }

    /** Where storage is mounted: an image without a shell gets the folders from the stage before. */
    private enum Volumes {
        MADE_HERE,
        MADE_BEFORE
    }

    private void waitingVolumes(Recipe recipe) {
        if (!paths().isEmpty()) {
            recipe.run(together(
                    List.of("mkdir", "-p"),
                    paths().stream().map(path -> WAITING_VOLUMES + path).toList()));
        }
    }

    private String finish(Recipe recipe, BuildPlan.Outline outline, Volumes volumes) {
        if (!paths().isEmpty()) {
            switch (volumes) {
                case MADE_HERE -> {
                    recipe.run(together(List.of("mkdir", "-p"), paths()));
                    recipe.run(together(List.of("chown", USER), paths()));
                }
                case MADE_BEFORE -> recipe.line("COPY --from=build --chown=" + USER + " " + WAITING_VOLUMES + " /");
            }
        }
        recipe.line("USER " + USER).line("EXPOSE " + manifest.port().orElse(PORT));
        Optional.ofNullable(outline.start().processes().get(StartPlan.WEB))
                .ifPresent(web -> recipe.line("CMD " + Words.exec(web)));
        return recipe.toString();
    }

    private List<String> paths() {
        return manifest.volumes().stream().map(VolumeClaim::path).toList();
    }

    private static BuildPlan.Outline withStart(BuildPlan.Outline outline, Command web) {
        SortedMap<String, Command> processes = new TreeMap<>(outline.start().processes());
        processes.put(StartPlan.WEB, web);
        StartPlan start = outline.start();
        return new BuildPlan.Outline(
                outline.reason(),
                outline.warnings(),
                new StartPlan(start.runtime(), processes, start.release(), start.environment(), start.folder()),
                outline.buildCommand(),
                outline.test(),
                outline.ignored());
    }

    private static List<String> together(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
