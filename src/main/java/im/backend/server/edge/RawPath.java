package im.backend.server.edge;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Says whether a request path means the same to everybody who decodes it. The server library decodes and normalises before
 * routes and filters see the path; a path that changes by that could name a thing that no access rule was asked about.
 */
final class RawPath {
    private RawPath() {}

    /** True when the path has one spelling only: plain segments, other bytes as percent-encoded UTF-8. */
    static boolean isPlain(String path) {
        if (!path.startsWith("/")) {
            return false;
        }
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%') {
                int value = percent(path, i + 1);
                if (isAmbiguous(value)) {
                    return false;
                }
                decoded.write(value);
                i += 2;
            } else if (c <= ' ' || c >= 0x7f || c == '\\' || c == ';') {
                return false;
            } else {
                decoded.write(c);
            }
        }
        return hasPlainSegments(path) && isUtf8(decoded.toByteArray());
    }

    private static int percent(String path, int at) {
        if (at + 2 > path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(at), 16);
        int low = Character.digit(path.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static boolean isAmbiguous(int value) {
        return value < 0x20 || value == 0x7f || value == '/' || value == '\\' || value == '.' || value == '%';
    }

    private static boolean hasPlainSegments(String path) {
        int start = 1;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String segment = path.substring(start, end);
            if (segment.equals(".") || segment.equals("..") || segment.isEmpty() && end < path.length()) {
                return false;
            }
            start = end + 1;
        }
        return true;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
