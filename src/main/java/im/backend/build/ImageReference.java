package im.backend.build;

import im.backend.domain.Digest;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an image comes from, as people write it: {@code python:3.12-slim} is {@code docker.io/library/python:3.12-slim}.
 *
 * @param host with its port when it has one, in lower case
 * @param repository below the host, as {@code library/python}
 * @param tag empty when there is only a digest
 */
public record ImageReference(String host, String repository, String tag, Optional<Digest> digest) {
    public static final String DOCKER_HUB = "docker.io";
    private static final int LENGTH_MAX = 255;
    private static final Pattern GRAMMAR =
            Pattern.compile("((?:[a-z0-9][a-z0-9._-]*(?::[0-9]{1,5})?/)*)([a-z0-9][a-z0-9._-]*)"
                    + "(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?");
    private static final Pattern PATH =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");

    /** Fails with Invalid {@code image-name-invalid}. */
    public static ImageReference parse(String text) {
        Matcher matcher = GRAMMAR.matcher(text);
        if (text.length() > LENGTH_MAX || !matcher.matches()) {
            throw refused(text);
        }
        String path = matcher.group(1) + matcher.group(2);
        int slash = path.indexOf('/');
        String first = slash < 0 ? "" : path.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        String host = named ? first : DOCKER_HUB;
        String repository = named ? path.substring(slash + 1) : path;
        if (host.equals(DOCKER_HUB) && !repository.contains("/")) {
            repository = "library/" + repository;
        }
        if (!PATH.matcher(repository).matches()) {
            throw refused(text);
        }
        Optional<Digest> digest = Optional.ofNullable(matcher.group(4)).map(Digest::new);
        String tag = Optional.ofNullable(matcher.group(3)).orElse(digest.isPresent() ? "" : "latest");
        return new ImageReference(host.toLowerCase(Locale.ROOT), repository, tag, digest);
    }

    /** Host and repository, without tag and digest: what a list of allowed images is compared with. */
    public String name() {
        return host + "/" + repository;
    }

    private static RuntimeException refused(String text) {
        return new Problem.Invalid(
                        "image-name-invalid",
                        "image: " + Quoted.of(text)
                                + " (expected: a reference in lower case, as in docker.io/library/python:3.12-slim)")
                .asException();
    }

    @Override
    public String toString() {
        return name()
                + (tag.isEmpty() ? "" : ":" + tag)
                + digest.map(one -> "@" + one).orElse("");
    }
}
