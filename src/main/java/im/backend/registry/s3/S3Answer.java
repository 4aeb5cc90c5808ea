package im.backend.registry.s3;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** @param headers the first of each name, in lower case */
record S3Answer(int status, Map<String, String> headers, byte[] body) {
    private static final Set<String> PASSING =
            Set.of("InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted");
    private static final String NO_BUCKET = "NoSuchBucket";
    private static final int ERROR_BYTES_MAX = 16 * 1024;

    boolean isGood() {
        return status / 100 == 2 && error().isEmpty();
    }

    /** Worth another try. */
    boolean isPassing() {
        return status == 429
                || status / 100 == 5
                || error().filter(PASSING::contains).isPresent();
    }

    /** The bucket is there, and what was asked for is not in it. */
    boolean isAbsent() {
        return status == 404 && !error().equals(Optional.of(NO_BUCKET));
    }

    boolean is(int wanted) {
        return status == wanted;
    }

    /** The store's word for what went wrong; the answer to the last request of a multipart upload may be 200 with one. */
    Optional<String> error() {
        boolean document = headers.getOrDefault("content-type", "").contains("xml");
        boolean may = status / 100 != 2 || document && body.length < ERROR_BYTES_MAX;
        return may && body.length > 0 ? S3Document.error(body) : Optional.empty();
    }

    /** What happened and what to do, for whoever runs the server. */
    String reason(S3Settings settings) {
        String code = error().orElse("");
        String account = "the access key " + settings.login().accessKey();
        return switch (code) {
            case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
                "does not take " + account + " with its secret (" + code
                        + "). Check registry.s3.access-key and the file of registry.s3.secret-key-file.";
            case "RequestTimeTooSkewed" ->
                "has another time than this machine (" + code + "). Set this machine's clock.";
            case NO_BUCKET -> "has no such bucket. Make it, or mend registry.s3.bucket.";
            case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException" ->
                "has the bucket in another region (" + headers.getOrDefault("x-amz-bucket-region", code)
                        + "). Mend registry.s3.region.";
            default ->
                status == 403
                        ? "does not let " + account + " do that. It must be let read, write, delete and list there."
                        : "answered " + status + (code.isEmpty() ? "" : " " + code) + " (expected: an S3 store at"
                                + " registry.s3.endpoint).";
        };
    }
}
