package im.backend.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** PATCH, which HttpURLConnection does not know; apart from the rest so that nothing else loads {@code java.net.http}. */
final class PatchCall {
    private PatchCall() {}

    record Answer(int status, String body) {}

    static Answer send(URI uri, Map<String, String> headers, JsonObject body, Duration answerMax) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(answerMax)
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.toString()));
        headers.forEach(request::header);
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build()) {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
