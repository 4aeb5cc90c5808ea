package im.backend.cli;

import im.backend.cli.session.GlobalOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The first word of the arguments that is no option and no option's value, and all the others. {@code secret:set}, as other
 * platforms write it, is taken for two words.
 */
record Words(Optional<String> first, List<String> rest) {
    Words {
        rest = List.copyOf(rest);
    }

    static Words of(List<String> args) {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.startsWith("-")) {
                rest.add(arg);
                if (GlobalOptions.WITH_VALUE.contains(arg) && i + 1 < args.size()) {
                    i++;
                    rest.add(args.get(i));
                }
                continue;
            }
            int colon = arg.indexOf(':');
            boolean pair = colon > 0 && !Verb.ofNoun(arg.substring(0, colon)).isEmpty();
            if (pair) {
                rest.add(arg.substring(colon + 1));
            }
            rest.addAll(args.subList(i + 1, args.size()));
            return new Words(Optional.of(pair ? arg.substring(0, colon) : arg), rest);
        }
        return new Words(Optional.empty(), rest);
    }
}
