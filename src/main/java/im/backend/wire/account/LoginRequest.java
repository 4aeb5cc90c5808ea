package im.backend.wire.account;

/** {@code POST /api/auth/login}: an account's key, to be exchanged for a short-lived token. */
public record LoginRequest(String key) {
    @Override
    public String toString() {
        return "LoginRequest[***]";
    }
}
