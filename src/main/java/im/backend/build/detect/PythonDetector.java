package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Inputs;
import im.backend.build.BuildPlan.Python.Packages;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class PythonDetector implements Detector {
    static final String DEPENDENCIES = "/app/.deps";
    private static final String HINT =
            "Say it in backend.yml, as in: entrypoint: uvicorn main:app --host $HOST --port $PORT";
    private static final Pattern VERSION = Pattern.compile("(?:python-)?(3\\.[0-9]{1,2}(?:\\.[0-9]{1,2})?)");
    private static final PythonPackages NO_PACKAGES =
            new PythonPackages("", Packages.NONE, Packages.NONE, Inputs.NONE, Set.of());

    @Override
    public Language language() {
        return Language.PYTHON;
    }

    @Override
    public String looksFor() {
        return "requirements.txt, pyproject.toml, Pipfile, manage.py, main.py or app.py (python)";
    }

    @Override
    public Optional<BuildPlan> detect(Sources sources, AppManifest manifest) {
        boolean recognised = PythonPackages.of(sources).isPresent()
                || sources.firstOf("manage.py", "main.py", "app.py").isPresent();
        return recognised ? Optional.of(assume(sources, manifest)) : Optional.empty();
    }

    @Override
    public BuildPlan assume(Sources sources, AppManifest manifest) {
        PythonPackages declared = PythonPackages.of(sources).orElse(NO_PACKAGES);
        Optional<PythonApp> app = PythonApp.find(sources, declared);
        List<String> warnings = new ArrayList<>();
        PythonPackages packages = app.filter(found -> manifest.entrypoint().isEmpty())
                .map(found -> withServer(found, declared, warnings))
                .orElse(declared);
        Finding finding = finding(sources, packages, app, warnings);
        Map<String, String> environment = new TreeMap<>();
        if (!packages.packages().isEmpty()) {
            environment.put("PYTHONUSERBASE", DEPENDENCIES);
            environment.put("PATH", DEPENDENCIES + "/bin");
        }
        app.filter(found -> !found.sourceRoot().isEmpty())
                .ifPresent(found -> environment.put("PYTHONPATH", "/app/" + found.sourceRoot()));
        return new BuildPlan.Python(
                finding.withEnvironment(environment).withWarnings(warnings).outline(manifest),
                packages.packages(),
                packages.development(),
                packages.inputs());
    }

    private static Finding finding(
            Sources sources, PythonPackages packages, Optional<PythonApp> app, List<String> warnings) {
        RuntimeSpec runtime = runtime(sources);
        if (sources.has("manage.py")) {
            return new Finding(
                    what(packages, "manage.py", "django"),
                    runtime,
                    Optional.of(django(sources, packages, warnings)),
                    HINT);
        }
        if (app.isPresent()) {
            String framework = app.get().framework().packageName();
            return new Finding(
                    what(packages, "an app", framework),
                    runtime,
                    Optional.of(serve(app.get(), packages, warnings)),
                    HINT);
        }
        Optional<String> script = sources.firstOf("main.py", "app.py", "server.py", "run.py", "bot.py");
        return new Finding(
                packages.source().isEmpty() ? script.orElse("Python") : packages.source(),
                runtime,
                script.map(file -> Command.parse("python3 " + file)),
                HINT);
    }

    private static String what(PythonPackages packages, String otherwise, String framework) {
        return (packages.source().isEmpty() ? otherwise : packages.source()) + " with " + framework;
    }

    /** An ASGI app without a server can not start at all, so the usual one is installed and the gap told. */
    private static PythonPackages withServer(PythonApp app, PythonPackages packages, List<String> warnings) {
        boolean served = !app.framework().isAsynchronous()
                || packages.has("fastapi[standard]")
                || packages.has("fastapi[all]")
                || List.of("uvicorn", "hypercorn", "granian", "daphne").stream().anyMatch(packages::has);
        if (served || packages.packages().isEmpty()) {
            return packages;
        }
        warnings.add(packages.source() + " names " + app.framework().packageName()
                + " and no server for it; uvicorn is installed as well. Add uvicorn to it, with a version.");
        return packages.with("uvicorn");
    }

    private static Command serve(PythonApp app, PythonPackages packages, List<String> warnings) {
        String target = app.target();
        String call = app.factory() ? "\"" + target + "()\"" : target;
        String module = target.substring(0, target.indexOf(':'));
        if (app.framework().isAsynchronous()) {
            if (packages.has("hypercorn") && !packages.has("uvicorn")) {
                return Command.parse("hypercorn " + call + " --bind $HOST:$PORT");
            }
            if (packages.has("granian") && !packages.has("uvicorn")) {
                return Command.parse("granian --interface asgi " + target + (app.factory() ? " --factory" : "")
                        + " --host $HOST --port $PORT");
            }
            return Command.parse(
                    "uvicorn " + target + (app.factory() ? " --factory" : "") + " --host $HOST --port $PORT");
        }
        if (packages.has("gunicorn")) {
            return Command.parse("gunicorn " + call + " --bind $HOST:$PORT");
        }
        if (packages.has("waitress")) {
            return Command.parse("waitress-serve --listen=$HOST:$PORT " + (app.factory() ? "--call " : "") + target);
        }
        warnings.add("Flask's own server is meant for development; add gunicorn to " + packages.source() + ".");
        return Command.parse("flask --app " + (app.factory() ? module : target) + " run --host $HOST --port $PORT");
    }

    private static Command django(Sources sources, PythonPackages packages, List<String> warnings) {
        Optional<String> wsgi = applicationModule(sources, "wsgi.py");
        Optional<String> asgi = applicationModule(sources, "asgi.py");
        if (packages.has("gunicorn") && wsgi.isPresent()) {
            return Command.parse("gunicorn " + wsgi.get() + " --bind $HOST:$PORT");
        }
        if (packages.has("uvicorn") && asgi.isPresent()) {
            return Command.parse("uvicorn " + asgi.get() + ":application --host $HOST --port $PORT");
        }
        if (packages.has("daphne") && asgi.isPresent()) {
            return Command.parse("daphne -b $HOST -p $PORT " + asgi.get() + ":application");
        }
        if (packages.has("waitress") && wsgi.isPresent()) {
            return Command.parse("waitress-serve --listen=$HOST:$PORT " + wsgi.get() + ":application");
        }
        warnings.add("Django's runserver is meant for development; add gunicorn to "
                + (packages.source().isEmpty() ? "requirements.txt" : packages.source()) + ".");
        return Command.parse("python3 manage.py runserver --noreload $HOST:$PORT");
    }

    /** {@code mysite/wsgi.py} is {@code mysite.wsgi}; the shallowest wins. */
    private static Optional<String> applicationModule(Sources sources, String fileName) {
        return sources.matching(path -> Sources.fileName(path).equals(fileName) && Sources.depth(path) <= 2).stream()
                .min((one, other) -> Integer.compare(Sources.depth(one), Sources.depth(other)))
                .map(path -> path.substring(0, path.length() - ".py".length()).replace('/', '.'));
    }

    private static RuntimeSpec runtime(Sources sources) {
        return sources.firstOf(".python-version", "runtime.txt")
                .flatMap(sources::text)
                .flatMap(text -> text.lines().findFirst())
                .map(line -> VERSION.matcher(line.strip()))
                .filter(Matcher::matches)
                .map(version -> new RuntimeSpec(Language.PYTHON, version.group(1)))
                .orElse(RuntimeSpec.any(Language.PYTHON));
    }
}
