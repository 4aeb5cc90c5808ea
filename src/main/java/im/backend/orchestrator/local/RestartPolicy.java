package im.backend.orchestrator.local;

import java.time.Duration;

/**
 * When an instance that ended is started again: after 1 s, doubling to 60 s as long as it keeps ending early.
 *
 * @param failuresInARow ends that came before the instance had run for {@link #STEADY}
 */
record RestartPolicy(int failuresInARow) {
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    static final Duration STEADY = Duration.ofSeconds(60);
    static final int CRASH_LOOP = 5;

    static RestartPolicy fresh() {
        return new RestartPolicy(0);
    }

    RestartPolicy afterEnd(Duration upTime) {
        return new RestartPolicy(upTime.compareTo(STEADY) >= 0 ? 1 : failuresInARow + 1);
    }

    Duration pause() {
        int doublings = Math.min(Math.max(failuresInARow - 1, 0), 6);
        Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    boolean isCrashLoop() {
        return failuresInARow >= CRASH_LOOP;
    }
}
