package im.backend.api.http;

/** What a route does: reads the call, asks a use case, answers. A Problem that it throws is worded by the dispatcher. */
@FunctionalInterface
public interface Endpoint {
    Answer answer(Call call) throws Exception;
}
