package im.backend.listener;

import java.nio.charset.StandardCharsets;

/**
 * A fault that a listener tells by itself, before any route or app is asked: problem+json (RFC 9457) without a JSON library. All
 * words must be our own: nothing of the request is repeated, so nothing needs escaping.
 *
 * @param slug stable, the last part of the problem's type
 */
public record BareProblem(int status, String slug, String title, String detail) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** @param instance from {@link im.backend.problem.ProblemInstance} */
    public byte[] body(String instance) {
        return """
            {"type":"urn:backendim:problem:%s","title":"%s","status":%d,"detail":"%s","instance":"%s","code":"%s"}
            """.formatted(slug, title, status, detail, instance, slug).getBytes(StandardCharsets.UTF_8);
    }

    /** The whole answer, head and body, for a connection that ends with it. */
    public byte[] answer(String instance) {
        byte[] body = body(instance);
        byte[] head = ("HTTP/1.1 " + status + " " + title
                        + "\r\nContent-Type: " + MEDIA_TYPE + "\r\nContent-Length: " + body.length
                        + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] answer = new byte[head.length + body.length];
        System.arraycopy(head, 0, answer, 0, head.length);
        System.arraycopy(body, 0, answer, head.length, body.length);
        return answer;
    }
}
