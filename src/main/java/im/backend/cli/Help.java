package im.backend.cli;

import java.util.List;

/** The help that is not one command's own: the list of all, and that of a noun. */
final class Help {
    private static final int COLUMN = 22;

    private Help() {}

    static String all() {
        StringBuilder text = new StringBuilder("""
            Backend.im: a folder of backend code to a live URL with one command.

            Usage: backendim COMMAND [OPTIONS]

            Start here:
              backendim serve       a server on this machine
              backendim deploy      this folder, live in a moment
            """);
        for (Verb.Group group : Verb.Group.values()) {
            text.append('\n').append(group.title()).append(":\n");
            for (Verb verb : Verb.values()) {
                if (verb.group() == group) {
                    line(text, verb);
                }
            }
        }
        return text.append("""

            Every command has -h, --json, --server URL, -p PROJECT, -q and --no-color.
            """).toString();
    }

    static String of(String noun) {
        List<Verb> verbs = Verb.ofNoun(noun);
        StringBuilder text = new StringBuilder("Usage: backendim " + noun + " COMMAND [OPTIONS]\n\n");
        verbs.forEach(verb -> line(text, verb));
        return text.append("\nWithout a command: ")
                .append(verbs.getFirst().words())
                .append(".\n")
                .toString();
    }

    private static void line(StringBuilder text, Verb verb) {
        String name = verb.words() + (verb.aliases().isEmpty() ? "" : ", " + String.join(", ", verb.aliases()));
        text.append("  ").append(name).repeat(' ', Math.max(2, COLUMN - name.length()));
        text.append(verb.summary()).append('\n');
    }
}
