package im.backend.host.toolchain;

import im.backend.host.Bind;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One version of a language on this host.
 *
 * @param version as {@code 3.12.1}
 * @param prefix the folder that holds all of it
 * @param program its interpreter or compiler
 */
record Installation(String version, Path prefix, Path program) {
    static final Comparator<Installation> BY_VERSION = (one, other) -> compare(one.numbers(), other.numbers());

    /** As all but Python have it: the program lies in {@code prefix/bin}. */
    static Installation around(String version, Path program) {
        Path folder = Objects.requireNonNull(program.getParent());
        return new Installation(version, Objects.requireNonNull(folder.getParent()), program);
    }

    Path programFolder() {
        return Objects.requireNonNull(program.getParent());
    }

    List<Integer> numbers() {
        return numbers(version);
    }

    /** Leading numbers of a version: 3.12.1, 1.22rc1 and 17.0.15+6 give what comes before the first other character. */
    static List<Integer> numbers(String version) {
        return Stream.of(version.split("[^0-9.]", 2)[0].split("\\."))
                .filter(part -> !part.isEmpty() && part.length() < 9)
                .map(Integer::valueOf)
                .toList();
    }

    /** 3.12 is satisfied by 3.12.1. */
    boolean satisfies(List<Integer> wanted) {
        List<Integer> own = numbers();
        return own.size() >= wanted.size() && own.subList(0, wanted.size()).equals(wanted);
    }

    static int compare(List<Integer> one, List<Integer> other) {
        for (int part = 0; part < Math.max(one.size(), other.size()); part++) {
            int difference =
                    Integer.compare(part < one.size() ? one.get(part) : 0, part < other.size() ? other.get(part) : 0);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    /** The sandbox has /usr anyway; everything else is bound where it is, since interpreters know their own paths. */
    List<Bind> binds() {
        return prefix.startsWith("/usr") ? List.of() : List.of(Bind.same(prefix, Bind.Access.READ_ONLY));
    }

    /** With the folder of its program on PATH. */
    Toolchain toolchain(Map<String, String> environment, Optional<String> warning) {
        return new Toolchain(version, binds(), List.of(programFolder()), environment, warning);
    }
}
