package im.backend.build.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.domain.Digest;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One registry over HTTP. Jib has a client too, but it writes each manifest anew, and then an image has not the digest
 * that it has where it comes from (ADR 0020). Safe for several threads.
 */
final class RemoteRegistry {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final int REDIRECTS_MAX = 5;
    private static final int MANIFEST_BYTES_MAX = 4 << 20;
    private static final int TOKEN_BYTES_MAX = 64 << 10;
    private static final String MANIFEST_TYPES = "application/vnd.oci.image.index.v1+json,"
            + " application/vnd.oci.image.manifest.v1+json,"
            + " application/vnd.docker.distribution.manifest.list.v2+json,"
            + " application/vnd.docker.distribution.manifest.v2+json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RemoteSettings settings;
    /** By what they are for. A token that has run out is answered with 401, and then another is asked for. */
    private final Map<String, String> authorizations = new ConcurrentHashMap<>();

    RemoteRegistry(RemoteSettings settings) {
        this.settings = settings;
    }

    record Manifest(String mediaType, byte[] content) {}

    /** What is asked for in a repository. */
    private record Ask(String method, URI uri, String repository, Scope scope, Map<String, String> headers) {
        String key() {
            return repository + " " + scope;
        }
    }

    private enum Scope {
        PULL("pull"),
        PUSH("pull,push");

        private final String actions;

        Scope(String actions) {
            this.actions = actions;
        }
    }

    /** Bytes that are sent, and how many. */
    interface Body {
        long sizeBytes();

        InputStream open() throws IOException;
    }

    /** Fails with NotFound {@code base-unknown} when there is none. */
    Manifest manifest(String repository, String reference) throws IOException {
        Ask ask = ask("GET", repository, "manifests/" + reference, Scope.PULL, Map.of("Accept", MANIFEST_TYPES));
        try (RemoteAnswer answer = send(ask, Optional.empty())) {
            refuse(answer, 200, repository + " " + reference);
            byte[] content = answer.body().readNBytes(MANIFEST_BYTES_MAX + 1);
            if (content.length > MANIFEST_BYTES_MAX) {
                throw new IOException("a manifest of over " + MANIFEST_BYTES_MAX + " bytes");
            }
            return new Manifest(answer.header("Content-Type").orElse(""), content);
        }
    }

    /** To be closed by the caller. */
    InputStream blob(String repository, Digest digest) throws IOException {
        RemoteAnswer answer = send(ask("GET", repository, "blobs/" + digest, Scope.PULL, Map.of()), Optional.empty());
        refuse(answer, 200, repository + "@" + digest);
        return answer.body();
    }

    boolean hasBlob(String repository, Digest digest) throws IOException {
        Ask ask = ask("HEAD", repository, "blobs/" + digest, Scope.PUSH, Map.of());
        try (RemoteAnswer answer = send(ask, Optional.empty())) {
            if (answer.status() == 404) {
                return false;
            }
            refuse(answer, 200, repository + "@" + digest);
            return true;
        }
    }

    /** @return the bytes that were sent: none when the blob could be taken from {@code other} */
    long putBlob(String repository, Digest digest, Optional<String> other, Body body) throws IOException {
        String mount = other.map(from -> "?mount=" + digest + "&from=" + from).orElse("");
        URI upload;
        try (RemoteAnswer begun =
                send(ask("POST", repository, "blobs/uploads/" + mount, Scope.PUSH, Map.of()), Optional.empty())) {
            if (begun.status() == 201) {
                return 0;
            }
            refuse(begun, 202, repository);
            upload = begun.uri()
                    .resolve(begun.header("Location").orElseThrow(() -> new IOException("an upload without a place")));
        }
        URI whole = URI.create(upload + (upload.getQuery() == null ? "?" : "&") + "digest=" + digest);
        Ask put = new Ask("PUT", whole, repository, Scope.PUSH, Map.of("Content-Type", "application/octet-stream"));
        try (RemoteAnswer answer = send(put, Optional.of(body))) {
            refuse(answer, 201, repository + "@" + digest);
            return body.sizeBytes();
        }
    }

    void putManifest(String repository, String reference, String mediaType, Body body) throws IOException {
        Ask ask = ask("PUT", repository, "manifests/" + reference, Scope.PUSH, Map.of("Content-Type", mediaType));
        try (RemoteAnswer answer = send(ask, Optional.of(body))) {
            refuse(answer, 201, repository + ":" + reference);
        }
    }

    private Ask ask(String method, String repository, String path, Scope scope, Map<String, String> headers) {
        String root = settings.url().toString().replaceFirst("/$", "");
        return new Ask(method, URI.create(root + "/v2/" + repository + "/" + path), repository, scope, headers);
    }

    private RemoteAnswer send(Ask ask, Optional<Body> body) throws IOException {
        RemoteAnswer answer = follow(ask, body);
        if (answer.status() != 401) {
            return answer;
        }
        Optional<String> header = answer.header("WWW-Authenticate");
        answer.close();
        if (header.isEmpty()) {
            throw refused(ask.repository());
        }
        authorizations.put(ask.key(), authorize(Challenge.parse(header.get()), ask));
        return follow(ask, body);
    }

    private RemoteAnswer follow(Ask ask, Optional<Body> body) throws IOException {
        URI uri = ask.uri();
        for (int redirects = 0; ; redirects++) {
            Map<String, String> headers = new TreeMap<>(ask.headers());
            String authorization = authorizations.get(ask.key());
            // A blob may be kept elsewhere, as in a store of objects, which is to learn nobody's password.
            if (authorization != null && sameHost(uri, settings.url())) {
                headers.put("Authorization", authorization);
            }
            RemoteAnswer answer = open(ask.method(), uri, headers, body);
            int status = answer.status();
            if (status < 301 || status > 308 || status == 304 || !ask.method().equals("GET")) {
                return answer;
            }
            URI next = uri.resolve(answer.header("Location").orElse(""));
            answer.close();
            boolean weaker = "https".equals(uri.getScheme()) && !"https".equals(next.getScheme());
            if (redirects == REDIRECTS_MAX || weaker) {
                throw new IOException("a redirect to " + next.getHost() + " that is not followed");
            }
            uri = next;
        }
    }

    /** By HttpURLConnection, whose time to read is for each part of a body: java.net.http notices no body that stalls. */
    private RemoteAnswer open(String method, URI uri, Map<String, String> headers, Optional<Body> body)
            throws IOException {
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw new IOException("an address that is not http: " + uri.getScheme());
        }
        boolean loopback = uri.getHost().startsWith("127.") || uri.getHost().equals("localhost");
        HttpURLConnection connection = (HttpURLConnection)
                (loopback
                        ? uri.toURL().openConnection(Proxy.NO_PROXY)
                        : uri.toURL().openConnection());
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) CONNECT_MAX.toMillis());
        connection.setReadTimeout((int) settings.stallMax().toMillis());
        connection.setRequestProperty("User-Agent", "backendim");
        headers.forEach(connection::setRequestProperty);
        if (body.isPresent()) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.get().sizeBytes());
            try (InputStream in = body.get().open();
                    OutputStream out = connection.getOutputStream()) {
                in.transferTo(out);
            }
        } else if (method.equals("POST")) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(0);
            connection.getOutputStream().close();
        }
        return new RemoteAnswer(connection);
    }

    private String authorize(Challenge challenge, Ask ask) throws IOException {
        if (challenge.scheme().equals("basic")) {
            return basic().orElseThrow(() -> refused(ask.repository()));
        }
        String realm = challenge.parameters().getOrDefault("realm", "");
        if (!realm.startsWith("https://") && !"http".equals(settings.url().getScheme())) {
            throw new IOException("tokens are given out at " + realm + " (expected: https)");
        }
        String service = URLEncoder.encode(challenge.parameters().getOrDefault("service", ""), StandardCharsets.UTF_8);
        String scope =
                URLEncoder.encode("repository:" + ask.repository() + ":" + ask.scope().actions, StandardCharsets.UTF_8);
        URI uri = URI.create(realm + (realm.contains("?") ? "&" : "?") + "service=" + service + "&scope=" + scope);
        Map<String, String> headers = new TreeMap<>();
        basic().ifPresent(value -> headers.put("Authorization", value));
        try (RemoteAnswer answer = open("GET", uri, headers, Optional.empty())) {
            if (answer.status() != 200) {
                throw refused(ask.repository());
            }
            JsonNode json = JSON.readTree(answer.body().readNBytes(TOKEN_BYTES_MAX));
            String token = json.path("token").asText(json.path("access_token").asText());
            return "Bearer " + token;
        }
    }

    private Optional<String> basic() {
        return settings.login()
                .map(login -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean sameHost(URI one, URI other) {
        return one.getHost().equals(other.getHost()) && one.getPort() == other.getPort();
    }

    private void refuse(RemoteAnswer answer, int expected, String what) throws IOException {
        int status = answer.status();
        if (status == expected) {
            return;
        }
        answer.close();
        switch (status) {
            case 404 ->
                throw new Problem.NotFound(
                                "base-unknown", "The registry " + settings.url().getHost() + " has no " + what + ".")
                        .asException();
            case 401, 403 -> throw refused(what);
            default -> throw new IOException(settings.url().getHost() + " answered " + status + " for " + what);
        }
    }

    private RuntimeException refused(String what) {
        return new Problem.Conflict(
                        "registry-refused",
                        "The registry " + settings.url().getHost() + " does not let this server have " + what
                                + ". Check registry.username and the file registry.password-file.")
                .asException();
    }
}
