package im.backend.registry.s3;

import java.util.Map;

/**
 * One request, before it is signed.
 *
 * @param key empty for the bucket itself
 * @param answerBytesMax that are read of the answer
 */
record S3Request(
        String method,
        String key,
        Map<String, String> query,
        Map<String, String> headers,
        S3Body body,
        int answerBytesMax) {
    /** A list of a thousand objects, each with a key of at most a kilobyte and what is written around it. */
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;

    static S3Request of(String method, String key, Map<String, String> query) {
        return new S3Request(method, key, query, Map.of(), S3Body.NONE, DOCUMENT_BYTES_MAX);
    }

    S3Request with(S3Body body) {
        return new S3Request(method, key, query, headers, body, answerBytesMax);
    }

    /** A range of one object. */
    static S3Request read(String key, long from, int length) {
        Map<String, String> range = Map.of("Range", "bytes=" + from + "-" + (from + length - 1));
        return new S3Request("GET", key, Map.of(), range, S3Body.NONE, Math.max(length, DOCUMENT_BYTES_MAX));
    }
}
