package im.backend.build.pod;

import im.backend.domain.ProjectId;
import java.util.random.RandomGenerator;

/** Names of build pods: whose it is, and never twice. */
record BuildNames(RandomGenerator random) {
    private static final int DIGITS = 8;

    String next(ProjectId project) {
        StringBuilder name = new StringBuilder("b-" + project.value() + "-");
        for (int at = 0; at < DIGITS; at++) {
            name.append(Character.forDigit(random.nextInt(36), 36));
        }
        return name.toString();
    }
}
