package im.backend.scan.version;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Maven's "Version Order Specification". A dot goes on in the same list of items, a hyphen or a change between digits and
 * letters opens a list within it; known qualifiers have an order of their own.
 */
record MavenVersion(Item.Nested items) implements Comparable<MavenVersion> {
    /** A part of a version. */
    private sealed interface Item {
        /** Whether it means nothing at the end of a list. */
        boolean isNothing();

        /** @param other null stands for the missing part of a shorter version */
        int compare(@Nullable Item other);

        record Number(String digits) implements Item {
            @Override
            public boolean isNothing() {
                return Digits.isZero(digits);
            }

            @Override
            public int compare(@Nullable Item other) {
                return switch (other) {
                    case null -> isNothing() ? 0 : 1;
                    case Number(String others) -> Digits.compare(digits, others);
                    case Word word -> 1;
                    case Nested list -> 1;
                };
            }
        }

        record Word(String text) implements Item {
            private static final List<String> KNOWN = List.of("alpha", "beta", "milestone", "rc", "snapshot", "", "sp");
            private static final int RELEASE = KNOWN.indexOf("");
            private static final Map<String, String> SAME = Map.of("ga", "", "final", "", "release", "", "cr", "rc");
            private static final Map<String, String> SHORT = Map.of("a", "alpha", "b", "beta", "m", "milestone");

            /** @param beforeDigit only then a1 is an alpha */
            static Word of(String text, boolean beforeDigit) {
                String full = beforeDigit ? SHORT.getOrDefault(text, text) : text;
                return new Word(SAME.getOrDefault(full, full));
            }

            private int rank() {
                int known = KNOWN.indexOf(text);
                return known < 0 ? KNOWN.size() : known;
            }

            @Override
            public boolean isNothing() {
                return rank() == RELEASE;
            }

            @Override
            public int compare(@Nullable Item other) {
                return switch (other) {
                    case null -> Integer.compare(rank(), RELEASE);
                    case Number number -> -1;
                    case Word word ->
                        rank() == word.rank() ? text.compareTo(word.text) : Integer.compare(rank(), word.rank());
                    case Nested list -> -1;
                };
            }
        }

        record Nested(List<Item> items) implements Item {
            @Override
            public boolean isNothing() {
                return items.isEmpty();
            }

            /** Removes what means nothing, from the end up to the first item that means something. */
            void trim() {
                for (int at = items.size() - 1; at >= 0; at--) {
                    Item last = items.get(at);
                    if (last.isNothing()) {
                        items.remove(at);
                    } else if (!(last instanceof Nested)) {
                        break;
                    }
                }
            }

            @Override
            public int compare(@Nullable Item other) {
                return switch (other) {
                    case null -> compareItems(List.of());
                    case Number number -> -1;
                    case Word word -> 1;
                    case Nested(List<Item> others) -> compareItems(others);
                };
            }

            private int compareItems(List<Item> others) {
                for (int at = 0; at < Math.max(items.size(), others.size()); at++) {
                    Item left = at < items.size() ? items.get(at) : null;
                    Item right = at < others.size() ? others.get(at) : null;
                    int order = left == null ? -(right == null ? 0 : right.compare(null)) : left.compare(right);
                    if (order != 0) {
                        return order;
                    }
                }
                return 0;
            }
        }
    }

    static Optional<MavenVersion> parse(String text) {
        return text.isBlank()
                ? Optional.empty()
                : Optional.of(new MavenVersion(new Reading(text.strip().toLowerCase(Locale.ROOT)).items()));
    }

    /** Takes a text apart from left to right. */
    private static final class Reading {
        private final String text;
        private final List<Item.Nested> lists = new ArrayList<>();
        private int start;
        private boolean digits;

        Reading(String text) {
            this.text = text;
        }

        Item.Nested items() {
            lists.add(new Item.Nested(new ArrayList<>()));
            for (int at = 0; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '.' || c == '-') {
                    add(at == start ? new Item.Number("0") : item(at, false));
                    start = at + 1;
                    if (c == '-') {
                        nest();
                    }
                } else {
                    boolean digit = Digits.is(c);
                    if (digit != digits && at > start) {
                        nestWord();
                        add(item(at, digit));
                        start = at;
                        nest();
                    }
                    digits = digit;
                }
            }
            if (start < text.length()) {
                nestWord();
                add(item(text.length(), false));
            }
            lists.reversed().forEach(Item.Nested::trim);
            return lists.getFirst();
        }

        private Item item(int end, boolean beforeDigit) {
            String part = text.substring(start, end);
            return digits ? new Item.Number(part) : Item.Word.of(part, beforeDigit);
        }

        private void add(Item item) {
            lists.getLast().items().add(item);
        }

        /** A word stands in a list of its own, however it is divided from what comes before: 1.0.x is 1.0-x. */
        private void nestWord() {
            if (!digits && !lists.getLast().items().isEmpty()) {
                nest();
            }
        }

        private void nest() {
            Item.Nested inner = new Item.Nested(new ArrayList<>());
            add(inner);
            lists.add(inner);
        }
    }

    @Override
    public int compareTo(MavenVersion other) {
        return items.compare(other.items);
    }
}
