package im.backend.wire.app;

import im.backend.wire.deployment.DeploymentBody;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was observed of a project just now.
 *
 * @param urls the shortest first
 * @param unsecured hosts that have no certificate yet, though they shall have one
 * @param replicas wanted of the process {@code web}
 * @param cron commands that are run at their times, by name
 * @param newest the deployment that was asked for last
 */
public record StateBody(
        String projectId,
        Optional<String> release,
        List<String> urls,
        List<UnsecuredBody> unsecured,
        int replicas,
        List<InstanceBody> instances,
        List<CronBody> cron,
        Optional<DeploymentBody> newest) {
    public StateBody {
        urls = List.copyOf(urls);
        unsecured = List.copyOf(unsecured);
        instances = List.copyOf(instances);
        cron = List.copyOf(cron);
    }

    /** @param why in words, as whoever gives out certificates says it */
    public record UnsecuredBody(String host, String why) {}

    /**
     * One process of the live release.
     *
     * @param state {@code running}, {@code exited} (being started again) or {@code absent}
     * @param exitCode of the last end, when it has ended
     */
    public record InstanceBody(
            String process,
            int ordinal,
            String state,
            int restarts,
            Optional<Long> memoryBytes,
            Optional<Integer> exitCode,
            Optional<Boolean> outOfMemory) {}

    /**
     * A scheduled command of the live release.
     *
     * @param schedule five fields of crontab(5) or a word for them, in UTC
     * @param next when it is to be run next; absent while it is suspended
     * @param last absent when no run is known
     */
    public record CronBody(String name, String schedule, Optional<Instant> next, Optional<RunBody> last) {}

    /**
     * @param state {@code running}, {@code ended} or {@code failed}
     * @param exitCode of one that has ended
     * @param reason why it failed
     */
    public record RunBody(Instant begun, String state, Optional<Integer> exitCode, Optional<String> reason) {}
}
