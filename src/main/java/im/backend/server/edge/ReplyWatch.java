package im.backend.server.edge;

import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/** Notes that a reply has begun (a refusal must not follow it) and that it ends the connection. */
record ReplyWatch() implements Http1ConnectionListener {
    @Override
    public void status(ConnectionContext context, Status status) {
        EdgeContext.of(context).conversation().startReply();
    }

    @Override
    public void headers(ConnectionContext context, Headers headers) {
        if (RequestGuard.asksToClose(headers)) {
            EdgeContext.of(context).conversation().closeAfterReply();
        }
    }
}
