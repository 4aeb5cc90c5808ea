package im.backend.deploy.rollout;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cause of an app's end, as its own last lines tell it.
 *
 * @param because goes after "ended because"
 */
public record LastWords(String slug, String because, String fix) {
    /** What is imported by another name than it is installed by, of the packages that are forgotten most often. */
    private static final Map<String, String> PYTHON_PACKAGES = Map.ofEntries(
            Map.entry("psycopg", "psycopg[binary]"),
            Map.entry("psycopg2", "psycopg2-binary"),
            Map.entry("MySQLdb", "mysqlclient"),
            Map.entry("yaml", "PyYAML"),
            Map.entry("PIL", "Pillow"),
            Map.entry("dotenv", "python-dotenv"),
            Map.entry("decouple", "python-decouple"),
            Map.entry("environ", "django-environ"),
            Map.entry("corsheaders", "django-cors-headers"),
            Map.entry("rest_framework", "djangorestframework"),
            Map.entry("jwt", "PyJWT"),
            Map.entry("jose", "python-jose"),
            Map.entry("multipart", "python-multipart"),
            Map.entry("bs4", "beautifulsoup4"),
            Map.entry("dateutil", "python-dateutil"),
            Map.entry("cv2", "opencv-python-headless"),
            Map.entry("sklearn", "scikit-learn"),
            Map.entry("pkg_resources", "setuptools"));

    private static final List<Sign> SIGNS = List.of(
            new Sign(
                    "(?:ModuleNotFoundError|ImportError): No module named '?([A-Za-z0-9_.]+)'?",
                    found -> pythonModule(found.group(1))),
            new Sign("Cannot find (?:module|package) '([^']+)'", found -> nodeModule(found.group(1))),
            new Sign("(lib[\\w.+-]+\\.so[.\\d]*): cannot open shared object file", found -> library(found.group(1))),
            new Sign("Unable to find (\\S+) shared library", found -> library(found.group(1))),
            new Sign(
                    "EADDRINUSE|[Aa]ddress already in use|BindException",
                    found -> new LastWords(
                            "wrong-port",
                            "the port that it chose is taken",
                            "Listen on the port in the environment variable PORT.")),
            new Sign(
                    "EROFS|[Rr]ead-only file system",
                    found -> new LastWords(
                            "read-only",
                            "it wrote into its own image, which is read-only",
                            "Declare a volume in backend.yml and write below the folder in DATA_DIR.")),
            // Python tells an absent entry of any mapping so; only that of the environment stands below a line of os.
            new Sign("environ(?:.*\\R){1,6}KeyError: '([A-Z][A-Z0-9_]+)'", found -> variable(found.group(1))),
            new Sign("\\bSet the ([A-Z][A-Z0-9_]+) environment variable", found -> variable(found.group(1))),
            new Sign("\\b([A-Z][A-Z0-9_]+) not found\\. Declare it as envvar", found -> variable(found.group(1))),
            new Sign(
                    "(?i:environment variable|env var)s?:? [\"'`]?([A-Z][A-Z0-9_]{2,})\\b",
                    found -> variable(found.group(1))),
            new Sign(
                    "\\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"'`]?(?: environment variable| env var)? (?:is |was |must be |has"
                            + " to be )?(?:not set|not defined|unset|undefined|required|missing|set)\\b",
                    found -> variable(found.group(1))));

    /** Empty when the lines tell nothing that is known. */
    static Optional<LastWords> of(List<String> lines) {
        String said = String.join("\n", lines);
        return SIGNS.stream().flatMap(sign -> sign.in(said).stream()).findFirst();
    }

    private static LastWords pythonModule(String module) {
        String fix = module.contains(".")
                ? "Add the package that it is part of to requirements.txt (or pyproject.toml), or check that its file"
                        + " is part of the upload."
                : "Add " + PYTHON_PACKAGES.getOrDefault(module, module)
                        + " to requirements.txt (or pyproject.toml) and deploy again.";
        return missing("the Python module " + module, fix);
    }

    private static LastWords nodeModule(String module) {
        boolean file = module.startsWith(".") || module.startsWith("/");
        return missing(
                module,
                file
                        ? "Check the entrypoint, and that the file is part of the upload."
                        : "Add it to the dependencies in package.json (npm install " + module + ") and deploy again.");
    }

    private static LastWords missing(String what, String fix) {
        return new LastWords("missing-module", "it did not find " + what, fix);
    }

    private static LastWords library(String name) {
        return new LastWords(
                "missing-library",
                "it did not find the shared library " + name,
                "Install the system package that brings it on the server, or let a Dockerfile of the app install it.");
    }

    private static LastWords variable(String name) {
        return new LastWords(
                "missing-variable",
                "the environment variable " + name + " is not set",
                "backendim env set " + name + "=..., then deploy again. For a secret: backendim secret set " + name
                        + ", then backendim env set " + name + "=secret:" + name + ".");
    }

    /** Something to look for in the output, and what it means. */
    private record Sign(Pattern pattern, Function<MatchResult, LastWords> meaning) {
        Sign(String expression, Function<MatchResult, LastWords> meaning) {
            this(Pattern.compile(expression), meaning);
        }

        Optional<LastWords> in(String said) {
            Matcher matcher = pattern.matcher(said);
            return matcher.find() ? Optional.of(meaning.apply(matcher)) : Optional.empty();
        }
    }
}
