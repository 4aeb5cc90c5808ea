package im.backend.wire.source;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import im.backend.problem.Problem;
import im.backend.wire.Json;
import java.util.Optional;

/**
 * A file of the JSON file map: plain text as in seed 004, or an object where the file is binary or executable.
 *
 * @param encoding {@code utf8} when absent
 */
public record FileContent(String content, Optional<Encoding> encoding, Optional<Boolean> executable) {
    /** How the bytes of a file are written as JSON text. */
    public enum Encoding {
        @JsonProperty("utf8")
        UTF8,
        @JsonProperty("base64")
        BASE64
    }

    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public FileContent {
        if (!Json.wellFormed(content)) {
            throw new Problem.Invalid("validation", "content (expected: a text without lone surrogates)").asException();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static FileContent ofText(String content) {
        return new FileContent(content, Optional.empty(), Optional.empty());
    }
}
