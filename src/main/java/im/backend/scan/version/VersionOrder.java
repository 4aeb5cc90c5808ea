package im.backend.scan.version;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** The rules by which versions are ordered. */
public enum VersionOrder {
    /** Of npm and Go: Semantic Versioning 2.0.0, with a leading {@code v} or missing parts forgiven. */
    SEMANTIC(SemanticVersion::parse),
    /** Of PyPI: PEP 440. */
    PYTHON(PythonVersion::parse),
    /** Of Maven, as {@code ComparableVersion} of Maven 3.8 has them. */
    MAVEN(MavenVersion::parse),
    /** Of Debian: Debian Policy 5.6.12. */
    DEBIAN(DebianVersion::parse);

    /** What is longer is no version of anybody's, and costs more to take apart than it is worth. */
    private static final int LENGTH_MAX = 256;

    private final Function<String, Optional<? extends Comparable<?>>> parse;

    VersionOrder(Function<String, Optional<? extends Comparable<?>>> parse) {
        this.parse = parse;
    }

    /** Of a package URL's type, as {@code pypi}. */
    public static Optional<VersionOrder> ofType(String type) {
        return switch (type) {
            case "npm", "golang" -> Optional.of(SEMANTIC);
            case "pypi" -> Optional.of(PYTHON);
            case "maven" -> Optional.of(MAVEN);
            case "deb" -> Optional.of(DEBIAN);
            default -> Optional.empty();
        };
    }

    /** Below, at or above zero as {@code one} is earlier, equal or later; empty when either is no version. */
    public OptionalInt compare(String one, String other) {
        if (one.length() > LENGTH_MAX || other.length() > LENGTH_MAX) {
            return OptionalInt.empty();
        }
        Optional<? extends Comparable<?>> left = parse.apply(one);
        Optional<? extends Comparable<?>> right = parse.apply(other);
        return left.isPresent() && right.isPresent()
                ? OptionalInt.of(compareSame(left.get(), right.get()))
                : OptionalInt.empty();
    }

    /** Both come of the same parser, so they are of one type. */
    @SuppressWarnings("unchecked")
    private static <T> int compareSame(Comparable<T> left, Object right) {
        return left.compareTo((T) right);
    }
}
