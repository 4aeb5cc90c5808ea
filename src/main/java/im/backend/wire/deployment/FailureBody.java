package im.backend.wire.deployment;

import java.util.List;

/**
 * Why a deployment failed.
 *
 * @param code stable slug, as {@code build-failed}
 * @param fix one sentence with what to do, or empty
 * @param stage the status in which it failed
 * @param evidence last lines of the build's or app's output
 */
public record FailureBody(String code, String detail, String fix, String stage, List<String> evidence) {
    public FailureBody {
        evidence = List.copyOf(evidence);
    }
}
