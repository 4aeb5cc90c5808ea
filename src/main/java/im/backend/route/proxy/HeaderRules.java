package im.backend.route.proxy;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What passes between client and app, and what concerns only one of the two connections (RFC 9110 section 7.6.1). */
final class HeaderRules {
    private static final List<HttpString> HOP_BY_HOP = List.of(
            new HttpString("Keep-Alive"),
            new HttpString("Proxy-Connection"),
            new HttpString("Proxy-Authenticate"),
            new HttpString("Proxy-Authorization"),
            new HttpString("TE"),
            new HttpString("Trailer"));
    /** The proxy writes its own; a client's would let it lie about where it comes from. */
    private static final List<HttpString> FORWARDING = List.of(
            new HttpString("Forwarded"),
            new HttpString("X-Forwarded-For"),
            new HttpString("X-Forwarded-Host"),
            new HttpString("X-Forwarded-Port"),
            new HttpString("X-Forwarded-Proto"),
            new HttpString("X-Forwarded-Server"),
            new HttpString("X-Forwarded-Prefix"),
            new HttpString("X-Forwarded-Ssl"),
            new HttpString("X-Real-IP"));

    private static final HttpString VIA = new HttpString("Via");
    private static final String PLATFORM_COOKIE = "__Host-backendim";
    private static final String PLATFORM_KEY = "bearer bim_";

    private HeaderRules() {}

    /** One Host, and one way only to know where the body ends. */
    static boolean isFramedOnce(HeaderMap headers) {
        HeaderValues encodings = headers.get(Headers.TRANSFER_ENCODING);
        HeaderValues lengths = headers.get(Headers.CONTENT_LENGTH);
        if (encodings == null) {
            return lengths == null || lengths.size() == 1 && isLength(lengths.getFirst());
        }
        return lengths == null && encodings.size() == 1 && encodings.getFirst().equalsIgnoreCase("chunked");
    }

    private static boolean isLength(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static boolean isWebSocket(HeaderMap headers) {
        HeaderValues upgrade = headers.get(Headers.UPGRADE);
        return upgrade != null && upgrade.size() == 1 && upgrade.getFirst().equalsIgnoreCase("websocket");
    }

    static boolean asksToClose(HeaderMap headers) {
        HeaderValues connection = headers.get(Headers.CONNECTION);
        return connection != null && optionsOf(connection).contains(Headers.CLOSE);
    }

    /** RFC 9110 section 7.6.3: a gateway names itself to the app, after those who passed the request on before it. */
    static void addVia(HeaderMap headers, String receivedVersion) {
        headers.add(VIA, receivedVersion + " backendim");
    }

    static void cleanRequest(HeaderMap headers) {
        boolean webSocket = isWebSocket(headers);
        removeHopByHop(headers);
        FORWARDING.forEach(headers::remove);
        headers.remove(Headers.UPGRADE);
        headers.remove(Headers.CONNECTION);
        if (webSocket) {
            headers.put(Headers.UPGRADE, "websocket");
            headers.put(Headers.CONNECTION, "Upgrade");
        }
        removePlatformCredentials(headers);
    }

    /** The connection to the client is the proxy's business, unless the app just agreed to turn it into something else. */
    static void cleanReply(HeaderMap headers, int status) {
        boolean upgraded = status == 101;
        String protocol = headers.getFirst(Headers.UPGRADE);
        removeHopByHop(headers);
        headers.remove(Headers.CONNECTION);
        headers.remove(Headers.UPGRADE);
        if (upgraded && protocol != null) {
            headers.put(Headers.UPGRADE, protocol);
            headers.put(Headers.CONNECTION, "Upgrade");
        }
    }

    private static void removeHopByHop(HeaderMap headers) {
        HeaderValues connection = headers.get(Headers.CONNECTION);
        if (connection != null) {
            for (HttpString named : optionsOf(connection)) {
                if (!isEndToEnd(named)) {
                    headers.remove(named);
                }
            }
        }
        HOP_BY_HOP.forEach(headers::remove);
    }

    private static List<HttpString> optionsOf(HeaderValues connection) {
        List<HttpString> names = new ArrayList<>();
        for (String value : connection) {
            for (String name : value.split(",", -1)) {
                if (!name.isBlank()) {
                    names.add(new HttpString(name.strip()));
                }
            }
        }
        return names;
    }

    /** A client that names these in Connection wants the app to misread the request. */
    private static boolean isEndToEnd(HttpString name) {
        return name.equals(Headers.HOST)
                || name.equals(Headers.CONTENT_LENGTH)
                || name.equals(Headers.TRANSFER_ENCODING)
                || name.equals(Headers.UPGRADE)
                || name.equals(Headers.AUTHORIZATION)
                || name.equals(Headers.COOKIE);
    }

    /** The platform's own key or cookie, sent to an app by mistake, would hand the platform to the app. */
    private static void removePlatformCredentials(HeaderMap headers) {
        HeaderValues authorization = headers.get(Headers.AUTHORIZATION);
        if (authorization != null
                && authorization.stream()
                        .anyMatch(value -> value.toLowerCase(Locale.ROOT).startsWith(PLATFORM_KEY))) {
            headers.remove(Headers.AUTHORIZATION);
        }
        HeaderValues cookies = headers.get(Headers.COOKIE);
        if (cookies != null && cookies.stream().anyMatch(value -> value.contains(PLATFORM_COOKIE))) {
            String kept = String.join(
                    "; ",
                    cookies.stream()
                            .flatMap(value -> Arrays.stream(value.split(";", -1)))
                            .map(String::strip)
                            .filter(cookie -> !cookie.isEmpty() && !cookie.startsWith(PLATFORM_COOKIE))
                            .toList());
            headers.remove(Headers.COOKIE);
            if (!kept.isEmpty()) {
                headers.put(Headers.COOKIE, kept);
            }
        }
    }
}
