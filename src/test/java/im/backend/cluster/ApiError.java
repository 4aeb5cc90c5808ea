package im.backend.cluster;

/** A refusal in the words of a real API server. */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final int code;
    final String reason;

    private ApiError(int code, String reason, String message) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
    }

    static ApiError notFound(ObjectKey key) {
        return new ApiError(404, "NotFound", key.kind().plural() + group(key) + " \"" + key.name() + "\" not found");
    }

    static ApiError noSuchPath(String path) {
        return new ApiError(404, "NotFound", "the server could not find the requested resource: " + path);
    }

    static ApiError exists(ObjectKey key) {
        return new ApiError(
                409, "AlreadyExists", key.kind().plural() + group(key) + " \"" + key.name() + "\" already exists");
    }

    static ApiError conflict(ObjectKey key, String why) {
        return new ApiError(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + key.kind().plural() + group(key) + " \"" + key.name() + "\": "
                        + why);
    }

    static ApiError invalid(ObjectKey key, String why) {
        return new ApiError(
                422, "Invalid", key.kind().name() + group(key) + " \"" + key.name() + "\" is invalid: " + why);
    }

    static ApiError forbidden(ObjectKey key, String why) {
        return new ApiError(
                403, "Forbidden", key.kind().plural() + group(key) + " \"" + key.name() + "\" is forbidden: " + why);
    }

    static ApiError expired(String message) {
        return new ApiError(410, "Expired", message);
    }

    static ApiError badRequest(String message) {
        return new ApiError(400, "BadRequest", message);
    }

    static ApiError of(int code) {
        return switch (code) {
            case 429 -> new ApiError(429, "TooManyRequests", "too many requests, please try again later");
            case 409 -> new ApiError(409, "Conflict", "the object has been modified; please apply your changes to it");
            case 410 -> expired("too old resource version");
            case 403 -> new ApiError(403, "Forbidden", "scripted refusal");
            case 422 -> new ApiError(422, "Invalid", "scripted refusal");
            case 400 -> new ApiError(400, "BadRequest", "scripted refusal");
            case 503 -> new ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request");
            case 504 -> new ApiError(504, "Timeout", "the server was unable to return a response in the time allotted");
            default -> new ApiError(code, "InternalError", "Internal error occurred: scripted fault");
        };
    }

    private static String group(ObjectKey key) {
        return key.kind().group().isEmpty() ? "" : "." + key.kind().group();
    }
}
