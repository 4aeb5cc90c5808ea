package im.backend.domain;

import im.backend.problem.Problem;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code runtime: python:3.12} of seed 000.
 *
 * @param version as written, {@code 3.12} or {@code 20}; empty means whatever the host or the base image has
 */
public record RuntimeSpec(Language language, String version) {
    private static final Pattern GRAMMAR = Pattern.compile("([a-z]+)(?::([0-9]+(?:\\.[0-9]+){0,2}))?");

    public enum Language {
        PYTHON,
        NODE,
        GO,
        JAVA,
        STATIC,
        /** A Dockerfile brings the runtime. */
        DOCKERFILE;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Where neither the app nor a host says one; empty for what brings its own. */
        public String defaultVersion() {
            return switch (this) {
                case PYTHON -> "3.12";
                case NODE -> "22";
                case GO -> "1";
                case JAVA, STATIC -> "25";
                case DOCKERFILE -> "";
            };
        }
    }

    public static RuntimeSpec any(Language language) {
        return new RuntimeSpec(language, "");
    }

    /** With a version in any case. */
    public RuntimeSpec withVersion() {
        return version.isEmpty() ? new RuntimeSpec(language, language.defaultVersion()) : this;
    }

    public static RuntimeSpec parse(String text) {
        Matcher matcher = GRAMMAR.matcher(text);
        if (matcher.matches()) {
            for (Language language : Language.values()) {
                if (language.wireName().equals(matcher.group(1))) {
                    return new RuntimeSpec(language, matcher.group(2) == null ? "" : matcher.group(2));
                }
            }
        }
        throw new Problem.Invalid(
                        "config-invalid",
                        "runtime: " + Quoted.of(text)
                                + " (expected: python, node, go, java, static or dockerfile, with a version as in"
                                + " python:3.12)")
                .asException();
    }

    @Override
    public String toString() {
        return version.isEmpty() ? language.wireName() : language.wireName() + ":" + version;
    }
}
