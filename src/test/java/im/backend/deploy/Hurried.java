package im.backend.deploy;

import im.backend.deploy.ports.AppsAddress;
import im.backend.deploy.ports.DeploySettings;
import java.time.Duration;

/** Settings of a server that stops apps soon, waits long for builds and never repairs, but for what a test says. */
public final class Hurried {
    private int concurrency = 4;
    private int waitingMax = 10;
    private Duration buildMax = TestPlatform.LONG;
    private Duration wholeMax = TestPlatform.LONG;
    private Duration stopGrace = Duration.ofSeconds(1);
    private int releasesKept = 10;
    private Duration repairEvery = Duration.ZERO;

    Hurried queue(int running, int waiting) {
        concurrency = running;
        waitingMax = waiting;
        return this;
    }

    Hurried buildMax(Duration max) {
        buildMax = max;
        return this;
    }

    Hurried wholeMax(Duration max) {
        wholeMax = max;
        return this;
    }

    Hurried stopGrace(Duration grace) {
        stopGrace = grace;
        return this;
    }

    Hurried releasesKept(int count) {
        releasesKept = count;
        return this;
    }

    Hurried repairEvery(Duration interval) {
        repairEvery = interval;
        return this;
    }

    DeploySettings settings() {
        return new DeploySettings(
                AppsAddress.plain("localhost", 8000),
                concurrency,
                waitingMax,
                buildMax,
                wholeMax,
                stopGrace,
                releasesKept,
                repairEvery);
    }
}
