package im.backend.cli.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command speaks: answers to stdout, everything else to stderr. Colour and moving lines only where a person looks
 * on (off a terminal, under NO_COLOR, TERM=dumb or {@code --no-color} there are none).
 */
public final class Terminal {
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream out;
    private final PrintStream err;
    private final InputStream in;
    private final boolean outIsTerminal;
    private final boolean errIsTerminal;
    private final boolean inIsTerminal;
    private final boolean plain;
    private boolean colour;
    private boolean quiet;

    public Terminal(
            PrintStream out, PrintStream err, InputStream in, Map<String, String> environment, boolean[] terminals) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.inIsTerminal = terminals[0];
        this.outIsTerminal = terminals[1];
        this.errIsTerminal = terminals[2];
        this.plain = "dumb".equals(environment.get("TERM"));
        this.colour = !plain && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    public static Terminal ofProcess(Map<String, String> environment) {
        return new Terminal(
                System.out, System.err, System.in, environment, new boolean[] {terminal(0), terminal(1), terminal(2)});
    }

    /** Asked of the kernel where it tells; else both ends together, as Java does. */
    private static boolean terminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noProcFileSystem) {
            return System.console() != null && System.console().isTerminal();
        }
    }

    public void withoutColour() {
        colour = false;
    }

    public void quiet() {
        quiet = true;
    }

    public boolean isQuiet() {
        return quiet;
    }

    public boolean answersToPerson() {
        return outIsTerminal;
    }

    /** A line may be drawn over again. */
    public boolean canRedraw() {
        return errIsTerminal && !plain && !quiet;
    }

    public boolean canAsk() {
        return inIsTerminal && errIsTerminal;
    }

    /** To stdout. */
    public void answer(String line) {
        out.println(line);
        out.flush();
    }

    public void answerRaw(String text) {
        out.print(text);
        out.flush();
    }

    /** To stderr; left out under {@code --quiet}. */
    public void note(String line) {
        if (!quiet) {
            err.println(line);
        }
    }

    /** To stderr, always. */
    public void error(String line) {
        err.println(line);
    }

    /** Draws {@code line} in place of the last one drawn so; it must be shorter than a terminal is wide. */
    public void redraw(String line) {
        err.print(CLEAR_LINE + line);
        err.flush();
    }

    public void clear() {
        err.print(CLEAR_LINE);
        err.flush();
    }

    /** One line that the user types; empty at the end of the input. */
    public Optional<String> ask(String question) {
        err.print(question);
        err.flush();
        return readLine();
    }

    Optional<String> readLine() {
        try {
            return Optional.ofNullable(
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine());
        } catch (IOException closed) {
            return Optional.empty();
        }
    }

    /** Everything on stdin, without the line end that {@code echo} adds. */
    public String readAll() throws IOException {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    public String bold(String text) {
        return style("1", text, outIsTerminal);
    }

    public String dim(String text) {
        return style("2", text, outIsTerminal);
    }

    public String dimNote(String text) {
        return style("2", text, errIsTerminal);
    }

    public String good(String text) {
        return style("32", text, errIsTerminal);
    }

    public String bad(String text) {
        return style("31;1", text, errIsTerminal);
    }

    private String style(String code, String text, boolean seen) {
        return colour && seen ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
