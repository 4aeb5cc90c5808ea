package im.backend.wire.account;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A bearer token, in the names of OAuth 2.0 as seed 004 has them; {@code expires_in} is in seconds. */
public record TokenReply(
        @JsonProperty("access_token") String accessToken,
        @JsonProperty("token_type") String tokenType,
        @JsonProperty("expires_in") long expiresIn) {
    @Override
    public String toString() {
        return "TokenReply[***, expiresIn=" + expiresIn + "]";
    }
}
