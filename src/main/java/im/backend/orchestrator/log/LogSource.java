package im.backend.orchestrator.log;

import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Who wrote a line. */
public record LogSource(InstanceId id, ProjectId project, ReleaseName release) {
    public static LogSource of(Instance instance) {
        return new LogSource(new InstanceId(instance.key()), instance.project(), instance.release());
    }

    /** Head of each stored line: time, deployment, process, ordinal, release, and a blank after each. */
    public byte[] head(Instant at) {
        Workload.Key key = id.key();
        String head =
                at.toEpochMilli() + " " + tag(key) + " " + release.commit().shortForm() + " ";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    /** What tells one instance's lines from all others' of its project. */
    public static String tag(Workload.Key key) {
        return LogLine.deploymentMark(key.deployment()) + " " + key.process() + " " + key.ordinal();
    }

    /** Ends a batch: how far the output of a writer was taken over with it. */
    public static byte[] progress(String writer, long upTo) {
        return ("= " + writer + " " + upTo + "\n").getBytes(StandardCharsets.US_ASCII);
    }
}
