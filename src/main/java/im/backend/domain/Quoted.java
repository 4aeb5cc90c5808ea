package im.backend.domain;

/** A caller's value made fit for a message: bounded, on one line, without control characters. */
public final class Quoted {
    private static final int LENGTH_MAX = 80;

    private Quoted() {}

    public static String of(String value) {
        String shown = value.length() <= LENGTH_MAX ? value : value.substring(0, LENGTH_MAX) + "…";
        return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
