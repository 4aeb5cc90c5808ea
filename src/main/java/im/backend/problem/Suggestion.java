package im.backend.problem;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** "Did you mean": the allowed word that a mistyped one most likely stands for. */
public final class Suggestion {
    private static final int WORD_LENGTH_MAX = 40;

    private Suggestion() {}

    /** The nearest of {@code allowed}; empty when none is near enough that naming it would help. */
    public static Optional<String> closest(String word, Collection<String> allowed) {
        if (word.length() > WORD_LENGTH_MAX) {
            return Optional.empty();
        }
        String typed = plain(word);
        int distanceMax = Math.max(1, typed.length() / 3);
        Optional<String> best = Optional.empty();
        int bestDistance = distanceMax + 1;
        for (String candidate : allowed) {
            String plain = plain(candidate);
            int distance = plain.equals(typed) ? 0 : distance(typed, plain);
            if (distance < bestDistance) {
                best = Optional.of(candidate);
                bestDistance = distance;
            }
        }
        return best;
    }

    /** {@code unknown key "memroy" (did you mean memory?)}, or the list of what is allowed when nothing is near. */
    public static String unknown(String kind, String word, Collection<String> allowed) {
        String shown = word.length() <= WORD_LENGTH_MAX ? word : word.substring(0, WORD_LENGTH_MAX) + "…";
        String mend = closest(word, allowed)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElseGet(() -> "expected one of: " + String.join(", ", allowed));
        return "unknown " + kind + " \"" + shown.replaceAll("\\p{Cntrl}", "?") + "\" (" + mend + ")";
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', '-').replace("-", "");
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
