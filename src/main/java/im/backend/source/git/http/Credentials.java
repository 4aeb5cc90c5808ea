package im.backend.source.git.http;

import im.backend.domain.Caller;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.GitAccess;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Finds the caller of a git request: git sends Basic, with any user name; a Bearer header is judged the same. */
record Credentials(GitAccess access) {
    Caller caller(ServerRequest request) {
        String header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        int space = header.indexOf(' ');
        String scheme = header.substring(0, Math.max(0, space)).toLowerCase(Locale.ROOT);
        String value = header.substring(space + 1).strip();
        String address = request.remotePeer().host();
        return switch (scheme) {
            case "basic" -> access.authenticate(password(value), address);
            case "bearer" -> access.authenticate(value, address);
            default ->
                throw unauthenticated("Log in with any user name, and a token or key of Backend.im as the password.");
        };
    }

    private static String password(String base64) {
        try {
            String pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            throw unauthenticated("The Authorization header is not Basic as RFC 7617 has it.");
        }
    }

    private static ProblemException unauthenticated(String detail) {
        return new Problem.Unauthenticated("not-authenticated", detail).asException();
    }
}
