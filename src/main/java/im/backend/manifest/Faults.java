package im.backend.manifest;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Violation;
import im.backend.yaml.YamlNode.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Collects what is wrong with one file, so that all of it is told at once. */
final class Faults {
    static final String SYNTAX = "config-syntax";
    static final String INVALID = "config-invalid";
    static final String TOO_COMPLEX = "config-too-complex";
    static final String TAG = "config-tag";
    static final String ENV = "env-invalid";
    static final String VOLUME = "volume-invalid";
    private static final int SHOWN_MAX = 50;

    private final String file;
    private final List<Violation> violations = new ArrayList<>();
    private final TreeSet<String> slugs = new TreeSet<>();

    Faults(String file) {
        this.file = file;
    }

    void add(String slug, Position at, String message) {
        slugs.add(slug);
        if (violations.size() < SHOWN_MAX) {
            violations.add(new Violation(at.toString(), message));
        }
    }

    /** Takes over what a domain type says of a value that it refused. */
    void add(Position at, String key, ProblemException refused) {
        Problem problem = refused.problem();
        String slug = problem.slug().equals("validation") || problem.slug().equals("secret-invalid")
                ? INVALID
                : problem.slug();
        if (problem instanceof Problem.Invalid invalid && !invalid.violations().isEmpty()) {
            invalid.violations().forEach(violation -> add(slug, at, violation.message()));
            return;
        }
        String detail = problem.detail();
        int colon = detail.indexOf(": ");
        // "command: "x" (why)" is said of the key that holds the command.
        add(slug, at, colon > 0 ? key + detail.substring(colon) : key + ": " + detail);
    }

    /** @throws ProblemException with every fault found so far; the slug is theirs when they agree on one */
    void throwIfAny() {
        if (violations.isEmpty()) {
            return;
        }
        String slug = slugs.size() == 1 ? slugs.first() : INVALID;
        Violation first = violations.getFirst();
        String detail = violations.size() == 1
                ? file + " " + first.pointer() + ": " + first.message()
                : file + " has " + violations.size() + " faults; the first is at " + first.pointer() + ": "
                        + first.message();
        throw new Problem.Invalid(slug, detail, violations).asException();
    }
}
