package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.provider.Arguments;

/** A plain HTTP and WebSocket client for tests: it knows nothing of the contract. */
final class HttpProbe implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI base;

    HttpProbe(URI base) {
        this.base = base;
    }

    record Answer(int status, String body, HttpResponse<String> response) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + body, e);
            }
        }

        /** @param pointer as RFC 6901 has it: {@code /items/0/id} */
        JsonNode at(String pointer) {
            return json().at(pointer);
        }

        String text(String pointer) {
            return at(pointer).asText();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        List<String> fields() {
            List<String> names = new ArrayList<>();
            json().fieldNames().forEachRemaining(names::add);
            return names;
        }

        Answer is(int expected) {
            assertThat(status).as(body).isEqualTo(expected);
            return this;
        }

        /** A problem in the form of RFC 9457 with all that we promise of one. */
        Answer isProblem(int expected, String slug) {
            is(expected);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(json().path("code").asText()).as(body).isEqualTo(slug);
            assertThat(json().path("type").asText()).isEqualTo("urn:backendim:problem:" + slug);
            assertThat(json().path("status").asInt()).isEqualTo(expected);
            assertThat(json().path("title").asText()).isNotBlank();
            assertThat(json().path("detail").asText()).isNotBlank().doesNotContain("Exception", "im.backend", "/tmp/");
            assertThat(json().path("instance").asText()).isNotBlank();
            return this;
        }
    }

    Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Answer delete(String path, String... headers) {
        return send(request(path, headers).DELETE());
    }

    Answer json(String method, String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer send(String method, String path, byte[] body, String... headers) {
        HttpRequest.BodyPublisher publisher =
                body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
        return send(request(path, headers).method(method, publisher));
    }

    /** Parts as {@code name, content, name, content}. */
    Answer multipart(String path, List<Object[]> parts, String... headers) {
        return send(
                "POST",
                path,
                multipartBody(parts),
                with(headers, "Content-Type", "multipart/form-data; boundary=b0undary"));
    }

    static byte[] multipartBody(List<Object[]> parts) {
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        for (Object[] part : parts) {
            body.writeBytes(("--b0undary\r\nContent-Disposition: form-data; name=\"" + part[0]
                            + "\"; filename=\"f\"\r\n" + "Content-Type: application/octet-stream\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(
                    part[1] instanceof byte[] bytes ? bytes : part[1].toString().getBytes(StandardCharsets.UTF_8));
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--b0undary--\r\n".getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    static String[] with(String[] headers, String name, String value) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(name);
        all.add(value);
        return all.toArray(String[]::new);
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new AssertionError("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** All messages until the server closes, and the code that it closed with. */
    record Watched(List<JsonNode> messages, int closeCode) {
        List<String> statuses() {
            return messages.stream()
                    .map(message -> message.path("status").asText())
                    .toList();
        }
    }

    Watched watch(String pathAndQuery, String... headers) {
        return open(pathAndQuery, headers).await();
    }

    Watching open(String pathAndQuery, String... headers) {
        Watching watching = new Watching();
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(PATIENCE);
        for (int at = 0; at < headers.length; at += 2) {
            builder.header(headers[at], headers[at + 1]);
        }
        try {
            watching.socket = builder.buildAsync(
                            URI.create(base.toString().replace("http://", "ws://") + pathAndQuery), watching)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return watching;
        } catch (Exception e) {
            throw new AssertionError("no WebSocket: " + e, e);
        }
    }

    static final class Watching implements WebSocket.Listener {
        private final CompletableFuture<Watched> done = new CompletableFuture<>();
        private final List<JsonNode> messages = java.util.Collections.synchronizedList(new ArrayList<>());
        private final StringBuilder text = new StringBuilder();
        private WebSocket socket;

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    messages.add(JSON.readTree(text.toString()));
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            done.complete(new Watched(List.copyOf(messages), code));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            done.completeExceptionally(error);
        }

        WebSocket socket() {
            return socket;
        }

        List<JsonNode> messages() {
            return messages;
        }

        Watched await() {
            try {
                return done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("the WebSocket did not end: " + messages, e);
            }
        }
    }

    static Arguments row(Object... values) {
        return Arguments.of(values);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
