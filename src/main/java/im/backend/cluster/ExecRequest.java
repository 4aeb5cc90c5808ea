package im.backend.cluster;

import java.util.List;

/** A program with its arguments, to be run in a container. */
public record ExecRequest(String container, List<String> command) {
    public ExecRequest {
        command = List.copyOf(command);
    }
}
