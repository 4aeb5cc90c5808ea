package im.backend.yaml;

import im.backend.yaml.YamlNode.Position;

/** The text is not a document that we read; whoever asked for it names the file and makes it a Problem. */
public final class YamlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of fault, because each has its own slug (reliability rows F3 and F5). */
    public enum Fault {
        SYNTAX,
        TOO_COMPLEX,
        TAG
    }

    private final Fault fault;
    private final transient Position at;

    YamlException(Fault fault, Position at, String message) {
        super(message);
        this.fault = fault;
        this.at = at;
    }

    public Fault fault() {
        return fault;
    }

    public Position at() {
        return at;
    }
}
