package im.backend.identity;

import java.util.Locale;

/** The surface that a token is good for; a token of one is refused by the others. */
public enum Audience {
    API,
    GIT,
    REGISTRY,
    WATCH;

    public String wireName() {
        return "backendim:" + name().toLowerCase(Locale.ROOT);
    }
}
