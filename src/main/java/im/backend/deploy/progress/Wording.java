package im.backend.deploy.progress;

import im.backend.domain.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What people are told of a deployment before its stages begin (seed 004 has these sentences), and times in words. */
public final class Wording {
    private Wording() {}

    public static List<String> queued(Deployment deployment) {
        String commit = deployment.commit().shortForm();
        return List.of(
                switch (deployment.origin()) {
                    case UPLOAD, PUSH -> "⏳ Deployment queued (commit: " + commit + ")";
                    case ROLLBACK -> "⏳ Rollback queued (commit: " + commit + ")";
                    case CONFIG_CHANGE -> "⏳ Restart queued (commit: " + commit + ")";
                    case START -> "⏳ Start queued (commit: " + commit + ")";
                });
    }

    /** As a person says it: {@code 80 ms}, {@code 2.5 s}, {@code 10 min}. */
    public static String of(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toMillis() + " ms";
        }
        if (duration.compareTo(Duration.ofMinutes(2)) > 0 && duration.toSecondsPart() == 0) {
            return duration.toMinutes() + " min";
        }
        double seconds = duration.toMillis() / 1000.0;
        return seconds == Math.rint(seconds) ? (long) seconds + " s" : String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
