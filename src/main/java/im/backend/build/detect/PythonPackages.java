package im.backend.build.detect;

import im.backend.build.BuildPlan.Inputs;
import im.backend.build.BuildPlan.Python.Packages;
import im.backend.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The packages that a Python tree declares. A lock file (uv.lock, poetry.lock, Pipfile.lock) gives the exact versions as constraints,
 * and pip or uv resolves what pyproject.toml or Pipfile names within them; so nothing of the lock's own resolution is repeated here,
 * and neither uv nor Poetry has to be on the host.
 *
 * @param source the file that they come from, for the user
 * @param names of the direct packages, normalised, with {@code fastapi[standard]} for an extra
 */
record PythonPackages(String source, Packages packages, Packages development, Inputs inputs, Set<String> names) {
    private static final Pattern INCLUDED = Pattern.compile("(?:-r|--requirement|-c|--constraint)[ =]\\s*(\\S+)");
    private static final Pattern LOCAL = Pattern.compile("(?:-e|--editable)[ =].*|\\.{1,2}(?:[/\\[].*)?|file:.*|/.*");
    private static final List<String> DEVELOPMENT_FILES =
            List.of("requirements-dev.txt", "dev-requirements.txt", "requirements-test.txt", "requirements/dev.txt");
    private static final List<String> DEVELOPMENT_GROUPS = List.of("dev", "test", "tests");
    private static final int INCLUDES_MAX = 20;

    /** Empty when the tree declares none. */
    static Optional<PythonPackages> of(Sources sources) {
        Optional<Map<String, Object>> project = pyproject(sources).filter(PythonPackages::declaresPackages);
        boolean locked = sources.has("uv.lock") || sources.has("poetry.lock");
        if (project.isPresent() && (locked || !sources.has("requirements.txt"))) {
            return Optional.of(fromProject(sources, project.get()));
        }
        if (sources.has("requirements.txt")) {
            return Optional.of(fromRequirements(sources));
        }
        return sources.has(Pipfile.NAME) ? Optional.of(fromPipfile(sources)) : Optional.empty();
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** The same with a package that the app needs and does not declare. */
    PythonPackages with(String name) {
        List<String> requirements = new ArrayList<>(packages.requirements());
        requirements.add(name);
        Set<String> more = new TreeSet<>(names);
        more.add(name);
        return new PythonPackages(
                source,
                new Packages(packages.files(), requirements, packages.constraints()),
                development,
                inputs,
                more);
    }

    private static PythonPackages fromRequirements(Sources sources) {
        Set<String> files = new LinkedHashSet<>();
        Set<String> names = new TreeSet<>();
        boolean local = collect(sources, "requirements.txt", files, names);
        List<String> developmentFiles = new ArrayList<>();
        for (String file : DEVELOPMENT_FILES) {
            if (sources.has(file)) {
                developmentFiles.add(file);
                local |= collect(sources, file, files, new TreeSet<>());
            }
        }
        return new PythonPackages(
                "requirements.txt",
                new Packages(List.of("requirements.txt"), List.of(), List.of()),
                new Packages(developmentFiles, List.of(), List.of()),
                new Inputs(List.copyOf(files), local),
                names);
    }

    private static PythonPackages fromPipfile(Sources sources) {
        Pipfile pipfile = new Pipfile(sources, toml(sources, Pipfile.NAME));
        List<String> requirements = pipfile.requirements("packages");
        List<String> constraints = pipfile.constraints();
        Set<String> names = new TreeSet<>();
        requirements.forEach(line -> addNames(line, names));
        return new PythonPackages(
                sources.has(Pipfile.LOCK) ? Pipfile.LOCK : Pipfile.NAME,
                new Packages(List.of(), requirements, constraints),
                new Packages(List.of(), pipfile.requirements("dev-packages"), constraints),
                Inputs.NONE,
                names);
    }

    /** Follows the files that one includes; true when one of them names a package inside the tree. */
    private static boolean collect(Sources sources, String file, Set<String> files, Set<String> names) {
        if (!sources.has(file) || files.size() >= INCLUDES_MAX || !files.add(file)) {
            return false;
        }
        boolean local = false;
        for (String line :
                sources.text(file).orElse("").lines().map(String::strip).toList()) {
            Matcher included = INCLUDED.matcher(line);
            if (included.matches()) {
                String folder = Sources.folder(file);
                String name = included.group(1);
                local |= collect(sources, folder.isEmpty() ? name : folder + "/" + name, files, names);
            } else if (LOCAL.matcher(line).matches()) {
                local = true;
            } else {
                addNames(line, names);
            }
        }
        return local;
    }

    private static void addNames(String line, Set<String> names) {
        Requirement.parse(line).ifPresent(requirement -> {
            names.add(requirement.name());
            requirement.extras().forEach(extra -> names.add(requirement.name() + "[" + extra + "]"));
        });
    }

    private static PythonPackages fromProject(Sources sources, Map<String, Object> project) {
        List<String> requirements = new ArrayList<>(texts(at(project, "project", "dependencies")));
        List<String> development = new ArrayList<>();
        table(at(project, "tool", "poetry", "dependencies")).forEach((name, declared) -> {
            if (!name.equals("python")) {
                requirements.addAll(new PoetryConstraint(name, declared).requirements());
            }
        });
        for (String group : DEVELOPMENT_GROUPS) {
            development.addAll(texts(at(project, "dependency-groups", group)));
            development.addAll(texts(at(project, "project", "optional-dependencies", group)));
            table(at(project, "tool", "poetry", "group", group, "dependencies"))
                    .forEach((name, declared) ->
                            development.addAll(new PoetryConstraint(name, declared).requirements()));
        }
        table(at(project, "tool", "poetry", "dev-dependencies"))
                .forEach((name, declared) -> development.addAll(new PoetryConstraint(name, declared).requirements()));
        Optional<String> lock = sources.firstOf("uv.lock", "poetry.lock");
        List<String> constraints = lock.map(file -> locked(sources, file)).orElse(List.of());
        Set<String> names = new TreeSet<>();
        requirements.forEach(line -> addNames(line, names));
        List<String> files = new ArrayList<>(List.of("pyproject.toml"));
        lock.ifPresent(files::add);
        return new PythonPackages(
                lock.orElse("pyproject.toml"),
                new Packages(List.of(), requirements, constraints),
                new Packages(List.of(), development, constraints),
                // The lists above are all that pip is given, so the files themselves do not key the layer.
                Inputs.NONE,
                names);
    }

    /** A package that is locked in two versions (for two platforms) is left to the resolver. */
    private static List<String> locked(Sources sources, String lock) {
        Map<String, String> versions = new TreeMap<>();
        Set<String> ambiguous = new TreeSet<>();
        if (at(toml(sources, lock), "package") instanceof List<?> locked) {
            for (Object one : locked) {
                Map<String, Object> table = table(one);
                boolean local = table(table.get("source")).keySet().stream()
                        .anyMatch(
                                kind -> kind.equals("virtual") || kind.equals("editable") || kind.equals("directory"));
                if (!local
                        && table.get("name") instanceof String name
                        && table.get("version") instanceof String version) {
                    String before = versions.put(Requirement.normalise(name), version);
                    if (before != null && !before.equals(version)) {
                        ambiguous.add(Requirement.normalise(name));
                    }
                }
            }
        }
        versions.keySet().removeAll(ambiguous);
        return versions.entrySet().stream()
                .map(locked -> locked.getKey() + "==" + locked.getValue())
                .toList();
    }

    private static Optional<Map<String, Object>> pyproject(Sources sources) {
        return sources.has("pyproject.toml") ? Optional.of(toml(sources, "pyproject.toml")) : Optional.empty();
    }

    /** Many a pyproject.toml only configures a formatter. */
    private static boolean declaresPackages(Map<String, Object> project) {
        return project.containsKey("project") || table(project.get("tool")).containsKey("poetry");
    }

    private static Map<String, Object> toml(Sources sources, String file) {
        try {
            return TomlReader.read(sources.text(file).orElse(""));
        } catch (IllegalArgumentException fault) {
            throw new Problem.StageFailed(
                            "detection-failed",
                            file + " can not be read: " + fault.getMessage() + ".",
                            "Mend the file, or add a requirements.txt.",
                            List.of())
                    .asException(fault);
        }
    }

    private static Object at(Map<String, Object> from, String... path) {
        Object value = from;
        for (String key : path) {
            Object next = table(value).get(key);
            if (next == null) {
                return Map.of();
            }
            value = next;
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> table(@Nullable Object value) {
        return value instanceof Map ? (Map<String, Object>) value : Map.of();
    }

    /** Entries of a group that are not texts ({@code {include-group = "lint"}}) are left out. */
    private static List<String> texts(Object value) {
        return value instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(Object::toString)
                        .toList()
                : List.of();
    }
}
