package im.backend.orchestrator.kubernetes.label;

import im.backend.orchestrator.Workload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The name that all objects of one key have: {@code web-3f9a0c1b2d}. A DNS label for every key, and another one for every
 * other key, because the digits are taken from the key as it is and only the word before them is made to fit.
 */
public record InstanceName(String value) {
    private static final int DIGITS = 12;
    private static final int WORD_MAX = 40;

    public static InstanceName of(Workload.Key key) {
        String text = key.deployment() + "\n" + key.process() + "\n" + key.ordinal();
        return new InstanceName(word(key.process()) + "-" + digits(text));
    }

    /** A process as a word that labels and names take. */
    static String word(String process) {
        String plain =
                process.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        String begun = plain.isEmpty() || !Character.isLetter(plain.charAt(0)) ? "p" + plain : plain;
        return begun.length() <= WORD_MAX ? begun : begun.substring(0, WORD_MAX).replaceAll("-+$", "");
    }

    private static String digits(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
