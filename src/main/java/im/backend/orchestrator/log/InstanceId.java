package im.backend.orchestrator.log;

import im.backend.domain.DeploymentId;
import im.backend.orchestrator.Workload;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A workload's key as a file name and launch id: {@code {deployment}.{process}.{ordinal}}. */
public record InstanceId(Workload.Key key) {
    private static final Pattern GRAMMAR = Pattern.compile(
            "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.((?:cron\\.)?[A-Za-z0-9_-]{1,64})\\.([0-9]{1,9})");

    public InstanceId {
        String text = text(key);
        if (!GRAMMAR.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "instance: " + text + " (expected: a process name of letters, digits, hyphens and underscores)");
        }
    }

    public static Optional<InstanceId> parse(String text) {
        Matcher parts = GRAMMAR.matcher(text);
        return parts.matches()
                ? Optional.of(new InstanceId(new Workload.Key(
                        new DeploymentId(UUID.fromString(parts.group(1))),
                        parts.group(2),
                        Integer.parseInt(parts.group(3)))))
                : Optional.empty();
    }

    private static String text(Workload.Key key) {
        return key.deployment() + "." + key.process() + "." + key.ordinal();
    }

    @Override
    public String toString() {
        return text(key);
    }
}
