package im.backend.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The multipart body of {@code POST /v1/deployments}: text fields, then the archive, which is packed while it is sent. */
public final class DeployUpload implements Exchange.Body {
    /** Writes the tar.gz; called once more, with equal bytes, when an answer was lost. */
    @FunctionalInterface
    public interface Archive {
        void writeTo(OutputStream out) throws IOException;
    }

    private static final String BOUNDARY = "backendim-part-1f6c2a97e3b84d05";

    private final Map<String, String> fields;
    private final Archive archive;
    private final String idempotencyKey;

    /** @param fields of {@code project}, {@code config}, {@code message}, each when given */
    public DeployUpload(Map<String, String> fields, Archive archive) {
        this.fields = new LinkedHashMap<>(fields);
        this.archive = archive;
        // Unique per user is enough, and SecureRandom would cost the start of the process more than this.
        this.idempotencyKey = "cli-" + ProcessHandle.current().pid() + "-" + System.currentTimeMillis() + "-"
                + Long.toHexString(System.nanoTime());
    }

    String contentType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    String idempotencyKey() {
        return idempotencyKey;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (Map.Entry<String, String> field : fields.entrySet()) {
            text(
                    out,
                    "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + field.getKey()
                            + "\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + field.getValue() + "\r\n");
        }
        text(
                out,
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"source\"; filename=\"source.tar.gz\""
                        + "\r\nContent-Type: application/gzip\r\n\r\n");
        archive.writeTo(out);
        text(out, "\r\n--" + BOUNDARY + "--\r\n");
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
