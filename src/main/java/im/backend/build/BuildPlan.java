package im.backend.build;

import im.backend.domain.Command;
import im.backend.domain.StartPlan;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** How one source tree becomes a runnable app; what the manifest says is already in it. */
public sealed interface BuildPlan {
    Outline outline();

    /** Built with the tools of its own language, which need a place to run in. */
    sealed interface OfLanguage extends BuildPlan {}

    /** The same plan, explained in other words. */
    default BuildPlan withReason(String reason) {
        Outline said = outline().withReason(reason);
        return switch (this) {
            case Python python -> new Python(said, python.packages(), python.development(), python.inputs());
            case Node node ->
                new Node(
                        said,
                        node.packageManager(),
                        node.pnpm(),
                        node.buildScript(),
                        node.development(),
                        node.inputs());
            case Go go -> new Go(said, go.mainPackage());
            case Java java -> new Java(said, java.tool());
            case Static ignored -> new Static(said);
            case Dockerfile dockerfile -> new Dockerfile(said, dockerfile.path(), dockerfile.arguments());
        };
    }

    /**
     * What plans of all languages say.
     *
     * @param reason one line for the user: what was found, and what follows from it
     * @param warnings one line each, for the user
     * @param start the runtime's version is settled by the sandbox, which knows what the host has
     * @param buildCommand of the manifest; runs in a writable copy of the tree, and its results are part of the image
     * @param test of the manifest; runs in the built tree, and the image is not finished when it fails
     * @param ignored patterns of files that are left out of the image
     */
    record Outline(
            String reason,
            List<String> warnings,
            StartPlan start,
            Optional<Command> buildCommand,
            Optional<Command> test,
            List<String> ignored) {
        public Outline {
            warnings = List.copyOf(warnings);
            ignored = List.copyOf(ignored);
        }

        Outline withReason(String other) {
            return new Outline(other, warnings, start, buildCommand, test, ignored);
        }
    }

    /**
     * Files that a package manager needs to install dependencies. Their content keys the dependency layer, so that a
     * change elsewhere never installs anything again.
     *
     * @param wholeTree an install script of the app, or a local package, may read any file
     */
    record Inputs(List<String> files, boolean wholeTree) {
        public static final Inputs NONE = new Inputs(List.of(), false);

        public Inputs {
            files = List.copyOf(files);
        }
    }

    /**
     * @param packages what the app needs to run
     * @param development further ones that only tests need; installed when there is a test command, and never in the image
     */
    record Python(Outline outline, Packages packages, Packages development, Inputs inputs) implements OfLanguage {
        /**
         * Packages for pip or uv to resolve.
         *
         * @param files requirement files of the tree
         * @param requirements PEP 508 lines
         * @param constraints {@code name==version} lines from a lock file
         */
        public record Packages(List<String> files, List<String> requirements, List<String> constraints) {
            public static final Packages NONE = new Packages(List.of(), List.of(), List.of());

            public Packages {
                files = List.copyOf(files);
                requirements = List.copyOf(requirements);
                constraints = List.copyOf(constraints);
            }

            public boolean isEmpty() {
                return files.isEmpty() && requirements.isEmpty();
            }
        }
    }

    /**
     * @param packageManager empty when there are no dependencies
     * @param pnpm the release of pnpm that package.json asks for, as {@code 9.15.0}
     * @param buildScript the {@code build} script of package.json is to run
     * @param development package.json names packages that only builds and tests need
     */
    record Node(
            Outline outline,
            Optional<PackageManager> packageManager,
            Optional<String> pnpm,
            boolean buildScript,
            boolean development,
            Inputs inputs)
            implements OfLanguage {
        private static final String PNPM_UNNAMED = "10";

        /** The command lines that install what the lock file says into node_modules. */
        public List<List<String>> install(Scope scope) {
            return packageManager
                    .map(manager -> manager.install(scope, pnpm.orElse(PNPM_UNNAMED)))
                    .orElse(List.of());
        }

        public enum PackageManager {
            NPM,
            /** Without a lock file: versions are whatever the registry has today. */
            NPM_UNLOCKED,
            PNPM,
            YARN_CLASSIC,
            YARN_BERRY;

            private List<List<String>> install(Scope scope, String pnpm) {
                boolean production = scope == Scope.PRODUCTION;
                return switch (this) {
                    case NPM -> List.of(List.of("npm", "ci", production ? "--omit=dev" : "--include=dev"));
                    case NPM_UNLOCKED ->
                        List.of(List.of(
                                "npm", "install", "--no-package-lock", production ? "--omit=dev" : "--include=dev"));
                    case PNPM ->
                        List.of(List.of(
                                "npx",
                                "--yes",
                                "pnpm@" + pnpm,
                                "install",
                                "--frozen-lockfile",
                                "--config.node-linker=hoisted",
                                production ? "--prod" : "--dev=true"));
                    case YARN_CLASSIC ->
                        List.of(List.of(
                                "npx",
                                "--yes",
                                "yarn@1.22.22",
                                "install",
                                "--frozen-lockfile",
                                "--non-interactive",
                                "--production=" + production));
                    // Not "install --immutable": it refuses a lock file of another Yarn 4, whose format it would renew.
                    case YARN_BERRY -> {
                        List<String> focus =
                                List.of("npx", "--yes", "@yarnpkg/cli-dist@4", "workspaces", "focus", "--all");
                        yield List.of(
                                production
                                        ? Stream.concat(focus.stream(), Stream.of("--production"))
                                                .toList()
                                        : focus);
                    }
                };
            }
        }

        /** Which packages: those that run, or those that build and test too. */
        public enum Scope {
            PRODUCTION,
            EVERYTHING
        }
    }

    /** @param mainPackage as {@code go build} takes it, {@code .} or {@code ./cmd/api} */
    record Go(Outline outline, String mainPackage) implements OfLanguage {
        /** Where the binary is put, seen from the app's folder. */
        public static final String BINARY = ".build/app";

        /** The command that makes the binary, to be run in the app's folder. */
        public List<String> compile() {
            return List.of("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s", "-o", BINARY, mainPackage);
        }
    }

    record Java(Outline outline, Tool tool) implements OfLanguage {
        /** Where the runnable jar is put, seen from the app's folder. */
        public static final String JAR = ".build/app.jar";

        /** Where the jars are put that it does not hold itself. */
        public static final String LIBRARIES = ".build/lib";

        /** What makes the jar. */
        public enum Tool {
            MAVEN,
            MAVEN_WRAPPER,
            GRADLE,
            GRADLE_WRAPPER,
            /** A jar in the tree is the app. */
            NONE
        }
    }

    record Static(Outline outline) implements OfLanguage {}

    /**
     * The user's own recipe of a whole image. The start plan has no web process unless the manifest says one: the image's
     * ENTRYPOINT and CMD are known only when it is built.
     *
     * @param path seen from the root of the tree, which is the build's context
     * @param arguments values for its ARG lines
     */
    record Dockerfile(Outline outline, String path, SortedMap<String, String> arguments) implements BuildPlan {
        public Dockerfile {
            arguments = Collections.unmodifiableSortedMap(new TreeMap<>(arguments));
        }
    }
}
