package im.backend.registry.oci;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a token is asked for and good for: {@code repository:admin/my-api:pull,push} (the token protocol of Docker's registry,
 * "Token Scope Documentation").
 *
 * @param name of the repository; of the one catalog for {@code registry:catalog:*}
 */
record Scope(Kind kind, String name, Set<Action> actions) {
    static final Scope CATALOG = new Scope(Kind.REGISTRY, "catalog", Set.of(Action.ALL));

    enum Kind {
        REPOSITORY,
        REGISTRY;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum Action {
        PULL("pull"),
        PUSH("push"),
        DELETE("delete"),
        ALL("*");

        private final String word;

        Action(String word) {
            this.word = word;
        }
    }

    Scope {
        actions = Set.copyOf(actions);
    }

    static Scope of(String repository, Action... actions) {
        return new Scope(Kind.REPOSITORY, repository, Set.of(actions));
    }

    /** Empty when it is none; actions that are not known are left out. */
    static Optional<Scope> parse(String text) {
        int first = text.indexOf(':');
        int last = text.lastIndexOf(':');
        if (first < 0 || first == last) {
            return Optional.empty();
        }
        Set<Action> actions = Arrays.stream(text.substring(last + 1).split(","))
                .flatMap(word -> Arrays.stream(Action.values()).filter(one -> one.word.equals(word)))
                .collect(Collectors.toSet());
        String kind = text.substring(0, first);
        return Arrays.stream(Kind.values())
                .filter(one -> one.word().equals(kind))
                .findFirst()
                .map(one -> new Scope(one, text.substring(first + 1, last), actions));
    }

    /** Whether all that {@code wanted} asks for is in this one. */
    boolean covers(Scope wanted) {
        return kind == wanted.kind
                && name.equals(wanted.name)
                && (actions.contains(Action.ALL) || actions.containsAll(wanted.actions));
    }

    @Override
    public String toString() {
        String words =
                new TreeSet<>(actions).stream().map(action -> action.word).collect(Collectors.joining(","));
        return kind.word() + ":" + name + ":" + words;
    }
}
