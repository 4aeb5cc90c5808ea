package im.backend.eject;

import im.backend.domain.RuntimeSpec.Language;

/** The version of a runtime where neither the app nor a host says one. */
final class DefaultVersions {
    private DefaultVersions() {}

    static String of(Language language) {
        return switch (language) {
            case PYTHON -> "3.12";
            case NODE -> "22";
            case GO -> "1";
            case JAVA, STATIC -> "25";
            case DOCKERFILE -> "";
        };
    }
}
