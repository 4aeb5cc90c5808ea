package im.backend.domain;

import java.util.Locale;

/** The nine statuses of seed 004, in the order in which each deployment passes them, once each. */
public enum DeploymentStatus {
    QUEUED,
    COMMITTING,
    CREATING_NAMESPACE,
    CREATING_PVC,
    BUILDING,
    DEPLOYING,
    HEALTH_CHECK,
    COMPLETE,
    FAILED;

    public boolean terminal() {
        return this == COMPLETE || this == FAILED;
    }

    /** As it is written in JSON: {@code creating_namespace}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static DeploymentStatus ofWireName(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
