package im.backend.wire.project;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code PATCH /v1/projects/{project}/env}.
 *
 * @param set values by name; {@code secret:db_url} refers to a secret
 * @param restart the live release is started again with them; true when absent
 */
public record EnvChangeRequest(
        @JsonSetter(nulls = Nulls.AS_EMPTY) Map<String, String> set,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> unset,
        Optional<Boolean> restart) {
    public EnvChangeRequest {
        set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
        unset = List.copyOf(unset);
    }
}
