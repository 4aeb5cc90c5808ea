package im.backend.host;

import java.util.Map;

/**
 * What this host offers, for people who ask why.
 *
 * @param sandbox how programs are kept apart
 * @param reason why it is not better; empty when it is the best there is
 * @param fix what to do about it; empty when there is nothing to do
 * @param limits controller ({@code memory}, {@code cpu}, {@code pids}) and what enforces it
 */
public record HostFacts(SandboxKind sandbox, String reason, String fix, Map<String, String> limits) {
    public enum SandboxKind {
        /** bubblewrap in a user namespace, never with a privilege. */
        USER_NAMESPACE("bubblewrap in a user namespace"),
        /** bubblewrap started by root; privileges are dropped inside. */
        ROOT_NAMESPACE("bubblewrap, privileges dropped inside"),
        NONE("none");

        private final String description;

        SandboxKind(String description) {
            this.description = description;
        }

        /** As {@code doctor} and {@code serve} say it. */
        public String description() {
            return description;
        }
    }

    public HostFacts {
        limits = Map.copyOf(limits);
    }
}
