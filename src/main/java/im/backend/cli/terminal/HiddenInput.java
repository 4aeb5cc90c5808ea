package im.backend.cli.terminal;

import java.io.Console;

/** Asks for a value that must not be seen on the screen. */
public final class HiddenInput {
    private HiddenInput() {}

    public static String ask(Terminal terminal, String question) {
        Console console = System.console();
        if (console == null) {
            return terminal.ask(question).orElse("");
        }
        char[] typed = console.readPassword("%s", question);
        return typed == null ? "" : new String(typed);
    }
}
