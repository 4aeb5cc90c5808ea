package im.backend.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** What the fake API server is to do wrong, and when. Safe for several threads. */
public final class Faults {
    /** Kinds of trouble that a real API server or the network makes. */
    public sealed interface Fault {
        /** Answers with the code and does nothing. */
        record Answer(int code, int retryAfterSeconds) implements Fault {}

        /** Closes the connection without an answer and without having done anything. */
        record CutBefore() implements Fault {}

        /** Does it, then closes the connection without an answer: the caller can not know. */
        record CutAfter() implements Fault {}

        /** Sends only half of the answer. */
        record CutWithin() implements Fault {}

        record Slow(Duration by) implements Fault {}

        /** A log ends with a line of the kubelet's own, which has no time before it. */
        record Says(String line) implements Fault {}
    }

    private static final class Script {
        final String verb;
        final String plural;
        final Fault fault;
        int skip;
        int times;

        Script(String verb, String plural, Fault fault, int skip, int times) {
            this.verb = verb;
            this.plural = plural;
            this.fault = fault;
            this.skip = skip;
            this.times = times;
        }
    }

    private final List<Script> scripts = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private int met;

    /** @param verb as {@code apply}, {@code get}, {@code list}, {@code watch}; {@code *} for each; so for {@code plural} */
    public synchronized void on(String verb, String plural, Fault fault) {
        on(verb, plural, fault, 0, 1);
    }

    /** @param skip calls that go well before; @param times calls that do not */
    public synchronized void on(String verb, String plural, Fault fault, int skip, int times) {
        scripts.add(new Script(verb, plural, fault, skip, times));
    }

    public synchronized void none() {
        scripts.clear();
        met = 0;
    }

    /** Calls that went wrong since {@link #none}. */
    public synchronized int met() {
        return met;
    }

    /** Each call so far as {@code apply deployments}. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    public synchronized long count(String verb, String plural) {
        return calls.stream().filter((verb + " " + plural)::equals).count();
    }

    public synchronized Optional<Fault> next(String verb, String plural) {
        calls.add(verb + " " + plural);
        for (Iterator<Script> each = scripts.iterator(); each.hasNext(); ) {
            Script script = each.next();
            boolean meant = (script.verb.equals("*") || script.verb.equals(verb))
                    && (script.plural.equals("*") || script.plural.equals(plural));
            if (!meant || script.skip-- > 0) {
                continue;
            }
            if (--script.times == 0) {
                each.remove();
            }
            met++;
            return Optional.of(script.fault);
        }
        return Optional.empty();
    }
}
