package im.backend.eject;

import java.util.List;

/** The YAML of fields; every text that could be read as something else is quoted. */
final class YamlText {
    private final StringBuilder out = new StringBuilder();

    private YamlText() {}

    static String document(Fields content) {
        YamlText text = new YamlText();
        text.mapping(content, 0);
        return text.out.toString();
    }

    private void mapping(Fields content, int depth) {
        content.forEach((key, value) -> {
            out.repeat(' ', depth).append(key).append(':');
            value(value, depth);
        });
    }

    private void value(Object value, int depth) {
        switch (value) {
            case Fields none when none.isEmpty() -> out.append(" {}\n");
            case List<?> none when none.isEmpty() -> out.append(" []\n");
            case Fields inner -> {
                out.append('\n');
                mapping(inner, depth + 2);
            }
            case List<?> items -> {
                out.append('\n');
                items.forEach(item -> item(item, depth + 2));
            }
            case Number number -> out.append(' ').append(number).append('\n');
            case Boolean truth -> out.append(' ').append(truth).append('\n');
            case Object text -> out.append(' ').append(scalar(text.toString())).append('\n');
        }
    }

    private void item(Object item, int depth) {
        if (item instanceof Fields inner) {
            int at = out.length();
            mapping(inner, depth + 2);
            out.setCharAt(at + depth, '-');
        } else {
            out.repeat(' ', depth).append('-');
            value(item, depth);
        }
    }

    private static String scalar(String text) {
        boolean plain =
                text.matches("[A-Za-z/][A-Za-z0-9./_-]*") && !text.matches("(?i)true|false|yes|no|on|off|null|y|n");
        return plain ? text : Words.quoted(text);
    }
}
