package im.backend.deploy.ports;

import java.time.Duration;

/**
 * @param apps where people reach apps
 * @param concurrency deployments that run at once; of one project never more than one
 * @param waitingMax deployments that may wait; further ones are refused with {@code busy}
 * @param buildMax after which a build is given up
 * @param wholeMax after which a deployment is given up, whatever it is at
 * @param stopGrace between TERM and KILL of an old instance
 * @param releasesKept per project, for rollbacks
 * @param repairEvery after which what runs is compared with what shall run; zero for never
 */
public record DeploySettings(
        AppsAddress apps,
        int concurrency,
        int waitingMax,
        Duration buildMax,
        Duration wholeMax,
        Duration stopGrace,
        int releasesKept,
        Duration repairEvery) {

    /** The defaults, for apps at {@code {name}.{domain}:{appsPort}}. */
    public static DeploySettings defaults(String domain, int appsPort) {
        return new DeploySettings(
                AppsAddress.plain(domain, appsPort),
                4,
                1_000,
                Duration.ofMinutes(10),
                Duration.ofMinutes(15),
                Duration.ofSeconds(10),
                10,
                Duration.ofMinutes(1));
    }
}
