package im.backend.api.http;

import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A raw path in its segments, each decoded once and by itself, so that no encoded slash or dot makes another path. */
final class PathSegments {
    private PathSegments() {}

    /** Fails with Malformed {@code bad-path}. */
    static List<String> of(String rawPath) {
        List<String> segments = new ArrayList<>();
        for (String segment : rawPath.substring(1).split("/", -1)) {
            String decoded = decode(segment, rawPath);
            if (decoded.equals("..")
                    || decoded.equals(".")
                    || decoded.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ' || c == 0x7f)) {
                throw bad(rawPath);
            }
            segments.add(decoded);
        }
        return segments;
    }

    private static String decode(String segment, String rawPath) {
        if (segment.chars().anyMatch(c -> c >= 0x80)) {
            throw bad(rawPath);
        }
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        byte[] bytes = new byte[segment.length()];
        int length = 0;
        for (int at = 0; at < segment.length(); at++) {
            char c = segment.charAt(at);
            if (c == '%') {
                if (at + 3 > segment.length()) {
                    throw bad(rawPath);
                }
                int high = Character.digit(segment.charAt(at + 1), 16);
                int low = Character.digit(segment.charAt(at + 2), 16);
                if (high < 0 || low < 0) {
                    throw bad(rawPath);
                }
                bytes[length++] = (byte) (high * 16 + low);
                at += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw bad(rawPath);
        }
    }

    private static RuntimeException bad(String rawPath) {
        return new Problem.Malformed(
                        "bad-path",
                        "path: " + Quoted.of(rawPath)
                                + " (expected: UTF-8 without encoded slashes, backslashes, dot segments or control"
                                + " characters)")
                .asException();
    }
}
