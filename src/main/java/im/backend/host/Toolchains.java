package im.backend.host;

import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.problem.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The languages that are installed on this host. Each language is looked for once, at first use, and again, at most once
 * a minute, when a wanted version was not found. Safe for several threads.
 */
public final class Toolchains {
    private static final Duration SEARCH_PAUSE = Duration.ofMinutes(1);

    /** @param atNanos when it was looked for */
    private record Search(List<Installation> installed, long atNanos) {
        boolean isFresh() {
            return System.nanoTime() - atNanos < SEARCH_PAUSE.toNanos();
        }
    }

    private final Path folder;
    private final Map<Language, Search> searches = new EnumMap<>(Language.class);

    /** @param folder for links that give programs their usual names */
    public Toolchains(Path folder) {
        this.folder = folder;
    }

    /**
     * The wanted version, else the nearest newer one, else the nearest older one with a warning. Without a version: what the
     * host itself uses. {@code static} gives the JDK, whose {@code jwebserver} serves a folder.
     *
     * @throws im.backend.problem.ProblemException {@code runtime-missing} when no version is installed
     */
    public synchronized Toolchain resolve(RuntimeSpec wanted) {
        InstalledLanguage language = language(wanted.language());
        List<Integer> version = Installation.numbers(wanted.version());
        Search search = searches.get(wanted.language());
        boolean answered = search != null
                && best(search.installed(), version)
                        .filter(one -> one.satisfies(version))
                        .isPresent();
        if (search == null || !(answered || search.isFresh())) {
            search = new Search(language.find(), System.nanoTime());
            searches.put(wanted.language(), search);
        }
        Optional<Installation> best = best(search.installed(), version);
        Installation installation = best.orElseThrow(() -> new Problem.StageFailed(
                        "runtime-missing",
                        "No " + wanted.language().wireName() + " is installed on this host (wanted: " + wanted + ").",
                        language.remedy(),
                        List.of())
                .asException());
        Optional<String> warning = installation.satisfies(version)
                ? Optional.empty()
                : Optional.of(wanted + " is not installed on this host; using "
                        + wanted.language().wireName() + " " + installation.version() + ".");
        return language.toolchain(installation, warning);
    }

    private InstalledLanguage language(Language language) {
        return switch (language) {
            case PYTHON -> new InstalledPython(folder);
            case NODE -> new InstalledNode();
            case GO -> new InstalledGo();
            case JAVA, STATIC -> new InstalledJava();
        };
    }

    private static Optional<Installation> best(List<Installation> installed, List<Integer> wanted) {
        if (wanted.isEmpty()) {
            return installed.stream().findFirst();
        }
        List<Installation> ascending = new ArrayList<>(installed);
        ascending.sort(Installation.BY_VERSION);
        return ascending.reversed().stream()
                .filter(one -> one.satisfies(wanted))
                .findFirst()
                .or(() -> ascending.stream()
                        .filter(one -> Installation.compare(one.numbers(), wanted) > 0)
                        .findFirst())
                .or(() -> ascending.reversed().stream().findFirst());
    }
}
