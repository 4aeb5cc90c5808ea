package im.backend.build.detect;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The web app object of a Python tree, found by reading: {@code app = FastAPI(...)} in main.py is {@code main:app}.
 *
 * @param target {@code module:variable}, or {@code module:function} of a factory
 * @param sourceRoot the folder that has to be on the module path; empty for the tree's root
 */
record PythonApp(Framework framework, String target, boolean factory, String sourceRoot) {
    enum Framework {
        FASTAPI("fastapi", true),
        STARLETTE("starlette", true),
        LITESTAR("litestar", true),
        QUART("quart", true),
        FLASK("flask", false);

        private final String packageName;
        private final boolean asynchronous;

        Framework(String packageName, boolean asynchronous) {
            this.packageName = packageName;
            this.asynchronous = asynchronous;
        }

        String packageName() {
            return packageName;
        }

        /** Needs an ASGI server; the others need a WSGI server. */
        boolean isAsynchronous() {
            return asynchronous;
        }
    }

    private static final Pattern ASSIGNMENT = Pattern.compile("(?m)^([A-Za-z_]\\w*)[ \\t]*(?::[^=\\n"
            + "]+)?=[ \\t]*(?:[A-Za-z_][\\w.]*\\.)?(FastAPI|Starlette|Litestar|Quart|Flask)\\(");
    private static final Pattern FACTORY = Pattern.compile("(?m)^(?:async )?def (create_app|make_app|get_app)\\(");
    private static final List<String> PREFERRED = List.of(
            "main.py",
            "app.py",
            "server.py",
            "api.py",
            "asgi.py",
            "wsgi.py",
            "application.py",
            "run.py",
            "__init__.py");
    private static final Set<String> NOT_APPS = Set.of(
            "tests",
            "test",
            "examples",
            "docs",
            "scripts",
            "migrations",
            "node_modules",
            "site-packages",
            "venv",
            ".venv");
    private static final int DEPTH_MAX = 3;
    private static final int FILES_MAX = 100;

    /** The first that a variable holds, else the first that a function makes; each file is read once at most. */
    static Optional<PythonApp> find(Sources sources, PythonPackages packages) {
        Optional<PythonApp> made = Optional.empty();
        for (String file : candidates(sources)) {
            String text = sources.text(file).orElse("");
            Optional<PythonApp> assigned = assigned(file, text);
            if (assigned.isPresent()) {
                return assigned;
            }
            if (made.isEmpty()) {
                made = made(file, text, packages);
            }
        }
        return made;
    }

    private static List<String> candidates(Sources sources) {
        return sources
                .matching(path -> path.endsWith(".py")
                        && Sources.depth(path) <= DEPTH_MAX
                        && Stream.of(path.split("/", -1)).noneMatch(NOT_APPS::contains)
                        && !Sources.fileName(path).startsWith("test_"))
                .stream()
                .sorted(Comparator.comparingInt(PythonApp::rank)
                        .thenComparingInt(Sources::depth)
                        .thenComparing(Comparator.naturalOrder()))
                .limit(FILES_MAX)
                .toList();
    }

    /** A main.py two folders down is likelier than any odd name in the root. */
    private static int rank(String path) {
        int preferred = PREFERRED.indexOf(Sources.fileName(path));
        return (preferred < 0 ? PREFERRED.size() : preferred) + Sources.depth(path);
    }

    private static Optional<PythonApp> assigned(String file, String text) {
        Matcher matcher = ASSIGNMENT.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String constructor = matcher.group(2);
        return Stream.of(Framework.values())
                .filter(framework -> framework.packageName().equalsIgnoreCase(constructor))
                .findFirst()
                .map(framework ->
                        new PythonApp(framework, module(file) + ":" + matcher.group(1), false, sourceRoot(file)));
    }

    private static Optional<PythonApp> made(String file, String text, PythonPackages packages) {
        Matcher matcher = FACTORY.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        return Stream.of(Framework.values())
                .filter(framework -> packages.has(framework.packageName()))
                .findFirst()
                .map(framework ->
                        new PythonApp(framework, module(file) + ":" + matcher.group(1), true, sourceRoot(file)));
    }

    private static String module(String file) {
        String root = sourceRoot(file);
        String below = root.isEmpty() ? file : file.substring(root.length() + 1);
        String module = below.substring(0, below.length() - ".py".length()).replace('/', '.');
        return module.endsWith(".__init__") ? module.substring(0, module.length() - ".__init__".length()) : module;
    }

    private static String sourceRoot(String file) {
        return file.startsWith("src/") ? "src" : "";
    }
}
