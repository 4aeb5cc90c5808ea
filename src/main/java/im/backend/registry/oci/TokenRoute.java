package im.backend.registry.oci;

import im.backend.domain.Caller;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.RegistryAccess;
import io.helidon.http.HeaderNames;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives out tokens: by GET with Basic, and by POST of a form (the token protocol of Docker's registry, both kinds). */
record TokenRoute(Gate gate) {
    private static final int FORM_BYTES_MAX = 16 * 1024;
    /** A client asks for one or two; a token has to stay small. */
    private static final int SCOPES_MAX = 16;

    void get(Exchange exchange) {
        Caller caller;
        try {
            caller = gate.basic(exchange);
        } catch (ProblemException refused) {
            exchange.with(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"Backend.im\", charset=\"UTF-8\"");
            throw refused;
        }
        answer(exchange, caller, exchange.queries("scope"));
    }

    void post(Exchange exchange) throws IOException {
        String text = new String(exchange.body(FORM_BYTES_MAX, "size-invalid"), StandardCharsets.UTF_8);
        Map<String, List<String>> form = parse(text);
        String grant = first(form, "grant_type");
        if (!grant.equals("password")) {
            throw new Problem.Malformed("unsupported", "grant_type (expected: password).").asException();
        }
        answer(
                exchange,
                gate.access().authenticate(first(form, "password"), exchange.clientAddress()),
                form.getOrDefault("scope", List.of()));
    }

    private void answer(Exchange exchange, Caller caller, List<String> asked) {
        List<Scope> wanted = asked.stream()
                .flatMap(text -> List.of(text.split(" ")).stream())
                .flatMap(text -> Scope.parse(text).stream())
                .limit(SCOPES_MAX)
                .toList();
        List<String> granted = Gate.granted(caller, wanted);
        RegistryAccess.Pass pass = gate.access().issue(caller, granted);
        exchange.with(HeaderNames.CACHE_CONTROL, "no-store");
        exchange.json(
                200,
                Map.of(
                        "token", pass.token(),
                        "access_token", pass.token(),
                        "scope", String.join(" ", granted),
                        "issued_at", pass.issuedAt().toString(),
                        "expires_in",
                                Duration.between(pass.issuedAt(), pass.expiresAt())
                                        .toSeconds()));
    }

    private static Map<String, List<String>> parse(String form) {
        Map<String, List<String>> fields = new HashMap<>();
        for (String field : form.split("&")) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.computeIfAbsent(decode(field.substring(0, equals)), _ -> new ArrayList<>())
                        .add(decode(field.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            throw new Problem.Malformed("unsupported", "The form is not application/x-www-form-urlencoded.")
                    .asException(broken);
        }
    }

    private static String first(Map<String, List<String>> form, String name) {
        return form.getOrDefault(name, List.of("")).getFirst();
    }
}
