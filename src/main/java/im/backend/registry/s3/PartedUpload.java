package im.backend.registry.s3;

import im.backend.problem.ProblemException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An object that is sent in parts and appears when the last request has put them together (S3 API, "Multipart upload"). */
record PartedUpload(S3Connection connection, String key, long partBytes) {
    private static final System.Logger LOG = System.getLogger(PartedUpload.class.getName());
    /** The protocol's own limit. */
    private static final int PARTS_MAX = 10_000;

    void send(Path file, long size) throws IOException {
        long each = Math.max(partBytes, Math.ceilDiv(size, PARTS_MAX));
        String upload = S3Document.read(
                        ask(S3Request.of("POST", key, Map.of("uploads", ""))).body())
                .text("UploadId");
        try {
            List<String> tags = new ArrayList<>();
            for (long from = 0; from < size; from += each) {
                tags.add(sendPart(upload, tags.size() + 1, S3Body.Piece.of(file, from, Math.min(each, size - from))));
            }
            byte[] parts = parts(tags).getBytes(StandardCharsets.UTF_8);
            ask(S3Request.of("POST", key, Map.of("uploadId", upload)).with(new S3Body.Bytes(parts)));
        } catch (ProblemException | IOException failed) {
            abort(upload);
            throw failed;
        }
    }

    private String sendPart(String upload, int number, S3Body part) throws IOException {
        Map<String, String> query = Map.of("uploadId", upload, "partNumber", String.valueOf(number));
        String tag = ask(S3Request.of("PUT", key, query).with(part)).headers().get("etag");
        if (tag == null) {
            throw new IOException("a part was taken without an ETag");
        }
        return tag;
    }

    private static String parts(List<String> tags) {
        StringBuilder text = new StringBuilder("<CompleteMultipartUpload>");
        for (int at = 0; at < tags.size(); at++) {
            text.append("<Part><PartNumber>")
                    .append(at + 1)
                    .append("</PartNumber><ETag>")
                    .append(tags.get(at).replace("&", "&amp;").replace("<", "&lt;"))
                    .append("</ETag></Part>");
        }
        return text.append("</CompleteMultipartUpload>").toString();
    }

    /** What can not be given up now is found by {@link S3Objects#tidy}. */
    private void abort(String upload) {
        try {
            connection.send(S3Request.of("DELETE", key, Map.of("uploadId", upload)));
        } catch (ProblemException leftForLater) {
            LOG.log(Level.DEBUG, "parts of {0} are left: {1}", key, leftForLater.getMessage());
        }
    }

    private S3Answer ask(S3Request request) {
        S3Answer answer = connection.send(request);
        if (!answer.isGood()) {
            throw connection.refused(request, answer);
        }
        return answer;
    }
}
