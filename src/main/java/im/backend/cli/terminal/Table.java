package im.backend.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their longest value, with a head; never wrapped, so that a line is a record for every program. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... head) {
        this.head = List.of(head);
    }

    public void row(String... values) {
        rows.add(List.of(values));
    }

    public void print(Terminal terminal) {
        int[] widths = new int[head.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = head.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        terminal.answer(terminal.dim(line(head, widths)));
        rows.forEach(row -> terminal.answer(line(row, widths)));
    }

    private static String line(List<String> values, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            line.append(values.get(column))
                    .repeat(' ', widths[column] - values.get(column).length())
                    .append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
