package im.backend.api.http;

import java.io.IOException;
import java.util.Optional;

/** What goes back to the caller of a route. */
public sealed interface Answer {
    static Answer of(Object body) {
        return new Body(200, body, Optional.empty());
    }

    static Answer created(Object body, String location) {
        return new Body(201, body, Optional.of(location));
    }

    static Answer accepted(Object body, String location) {
        return new Body(202, body, Optional.of(location));
    }

    static Answer nothing() {
        return new Nothing();
    }

    /** A wire record as JSON. */
    record Body(int status, Object body, Optional<String> location) implements Answer {}

    /** 204. */
    record Nothing() implements Answer {}

    /** A document. */
    record Document(int status, String mediaType, String text) implements Answer {}

    /** A stream of wire records, one JSON text a line (NDJSON), until the producer ends or the caller goes. */
    record Lines(Producer producer) implements Answer {}

    /** Writes the lines of a stream, in the request's own thread. */
    @FunctionalInterface
    interface Producer {
        void writeTo(LineWriter out) throws IOException, InterruptedException;
    }

    /** Sends lines as they come; fails when the caller has gone. */
    interface LineWriter {
        void write(Object line) throws IOException;

        /** Sends an empty line, which readers skip, so that a caller that has gone is noticed. */
        void keepAlive() throws IOException;
    }
}
