package im.backend.secret;

import im.backend.domain.SecretValue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes secret values out of whatever a person or a log may see: as they are, line by line, and in the encodings in which
 * programs print them ({@link SecretSpellings}). Built once per release and used for each line of its output, so a line is
 * read once however many secrets there are. Safe for several threads.
 */
public final class Redactor {
    public static final String MASK = "***";
    /** Shorter values would mask half of every line. */
    static final int LENGTH_MIN = 4;

    private static final int HEAD_BITS = 16;

    /** What to mask, by its first {@link #LENGTH_MIN} characters; longest first. */
    private final Map<String, List<String>> byHead;
    /** Most places of a line begin nothing that is to be masked; this tells them at once. */
    private final BitSet heads = new BitSet(1 << HEAD_BITS);

    private Redactor(Map<String, List<String>> byHead) {
        this.byHead = byHead;
        byHead.keySet().forEach(head -> heads.set(hash(head, 0)));
    }

    public static Redactor of(Collection<SecretValue> secrets) {
        Set<String> spellings = new LinkedHashSet<>();
        secrets.forEach(secret -> spellings.addAll(SecretSpellings.of(secret)));
        Map<String, List<String>> byHead = new HashMap<>();
        spellings.stream()
                .sorted((one, other) -> Integer.compare(other.length(), one.length()))
                .forEach(text -> byHead.computeIfAbsent(text.substring(0, LENGTH_MIN), head -> new ArrayList<>())
                        .add(text));
        return new Redactor(byHead);
    }

    /** The text with each run of characters that belongs to a secret replaced by {@link #MASK}. */
    public String apply(String text) {
        if (heads.isEmpty()) {
            return text;
        }
        StringBuilder redacted = new StringBuilder();
        int copied = 0;
        int secretEnd = 0;
        for (int at = 0; at + LENGTH_MIN <= text.length(); at++) {
            int end = heads.get(hash(text, at)) ? secretEnd(text, at) : 0;
            if (end <= secretEnd) {
                continue;
            }
            // Secrets that overlap or touch are one masked run, so that no part of the second one is left over.
            if (at > secretEnd || secretEnd == 0) {
                redacted.append(text, copied, at).append(MASK);
            }
            secretEnd = end;
            copied = end;
        }
        return copied == 0 ? text : redacted.append(text, copied, text.length()).toString();
    }

    /** Where the longest secret that begins here ends; 0 when none does. */
    private int secretEnd(String text, int at) {
        for (String secret : byHead.getOrDefault(text.substring(at, at + LENGTH_MIN), List.of())) {
            if (text.startsWith(secret, at)) {
                return at + secret.length();
            }
        }
        return 0;
    }

    private static int hash(String text, int at) {
        int hash = 0;
        for (int i = at; i < at + LENGTH_MIN; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        return (hash ^ hash >>> HEAD_BITS) & (1 << HEAD_BITS) - 1;
    }
}
