package im.backend.host.toolchain;

import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The languages that are installed on this host. An answer is kept; one that is not what was wanted is looked for again
 * after a minute, and one whose program is gone at once. Safe for several threads.
 */
public final class Toolchains {
    private static final Duration SEARCH_PAUSE = Duration.ofMinutes(1);

    /** @param atNanos when it was found */
    private record Answer(Installation installation, boolean asWanted, long atNanos) {
        boolean holds() {
            boolean fresh = System.nanoTime() - atNanos < SEARCH_PAUSE.toNanos();
            return (asWanted || fresh) && Files.isExecutable(installation.program());
        }
    }

    private final Path folder;
    private final Map<RuntimeSpec, Answer> answers = new HashMap<>();
    private final Map<Path, Optional<Installation>> asked = new HashMap<>();

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
        Answer answer = answers.get(wanted);
        if (answer == null || !answer.holds()) {
            Installation found = search(language, wanted, version);
            answer = new Answer(found, found.satisfies(version), System.nanoTime());
            answers.put(wanted, answer);
        }
        Optional<String> warning = answer.asWanted()
                ? Optional.empty()
                : Optional.of(wanted + " is not installed on this host; using "
                        + wanted.language().wireName() + " "
                        + answer.installation().version() + ".");
        return language.toolchain(answer.installation(), warning);
    }

    /** Asking an interpreter takes 10 to 100 ms, so the likely ones are asked first and all only when need be. */
    private Installation search(InstalledLanguage language, RuntimeSpec wanted, List<Integer> version) {
        List<Path> candidates = language.candidates();
        return candidates.stream()
                .flatMap(candidate -> ask(language, candidate).stream())
                .findFirst()
                .filter(hostsOwn -> hostsOwn.satisfies(version))
                .or(() -> newest(named(candidates, wanted.version()), language, version))
                .or(() -> nearest(candidates, language, version))
                .orElseThrow(() -> new Problem.StageFailed(
                                "runtime-missing",
                                "No " + wanted.language().wireName() + " is installed on this host (wanted: " + wanted
                                        + ").",
                                language.remedy(),
                                List.of())
                        .asException());
    }

    private Optional<Installation> ask(InstalledLanguage language, Path candidate) {
        return asked.computeIfAbsent(candidate, language::ask);
    }

    private static Stream<Path> named(List<Path> candidates, String version) {
        return candidates.stream().filter(candidate -> candidate.toString().contains(version));
    }

    private Optional<Installation> newest(Stream<Path> candidates, InstalledLanguage language, List<Integer> version) {
        return candidates
                .flatMap(candidate -> ask(language, candidate).stream())
                .filter(one -> one.satisfies(version))
                .max(Installation.BY_VERSION);
    }

    private Optional<Installation> nearest(List<Path> candidates, InstalledLanguage language, List<Integer> version) {
        List<Installation> ascending = candidates.stream()
                .flatMap(candidate -> ask(language, candidate).stream())
                .sorted(Installation.BY_VERSION)
                .toList();
        return ascending.reversed().stream()
                .filter(one -> one.satisfies(version))
                .findFirst()
                .or(() -> ascending.stream()
                        .filter(one -> Installation.compare(one.numbers(), version) > 0)
                        .findFirst())
                .or(() -> ascending.reversed().stream().findFirst());
    }

    private InstalledLanguage language(Language language) {
        return switch (language) {
            case PYTHON -> new InstalledPython(folder);
            case NODE -> new InstalledNode();
            case GO -> new InstalledGo();
            case JAVA, STATIC -> new InstalledJava();
            case DOCKERFILE -> throw new IllegalArgumentException("an image brings its own programs");
        };
    }
}
