package im.backend.identity;

import im.backend.domain.Caller;
import java.util.List;

/** A caller whose token is good for some things only; what a scope means is its audience's business. */
public record ScopedCaller(Caller caller, List<String> scopes) {
    public ScopedCaller {
        scopes = List.copyOf(scopes);
    }
}
