package im.backend.orchestrator.local;

import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Who wrote a line. */
record LogSource(InstanceId id, ProjectId project, ReleaseName release) {
    private static final int DEPLOYMENT_DIGITS = 8;

    static LogSource of(Instance instance) {
        return new LogSource(new InstanceId(instance.key()), instance.project(), instance.release());
    }

    /** Head of each stored line: time, deployment, process, ordinal, release, and a blank after each. */
    byte[] head(Instant at) {
        Workload.Key key = id.key();
        String head =
                at.toEpochMilli() + " " + tag(key) + " " + release.commit().shortForm() + " ";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    /** What tells one instance's lines from all others' of its project. */
    static String tag(Workload.Key key) {
        String deployment = key.deployment().toString();
        // The last digits: the first ones are the time, which deployments of the same minute share.
        return deployment.substring(deployment.length() - DEPLOYMENT_DIGITS) + " " + key.process() + " "
                + key.ordinal();
    }
}
