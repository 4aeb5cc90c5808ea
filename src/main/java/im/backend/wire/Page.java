package im.backend.wire;

import java.util.List;
import java.util.Optional;

/**
 * Part of a list.
 *
 * @param next value of the paging parameter that gives the following part; absent on the last one
 */
public record Page<T>(List<T> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
