package im.backend.build.detect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What Pipenv's two files declare, read without Pipenv: the Pipfile names packages, its lock gives their exact versions as
 * constraints. An index other than the host's own is the host's business (PIP_INDEX_URL).
 *
 * @param declared the Pipfile
 */
record Pipfile(Sources sources, Map<String, Object> declared) {
    static final String NAME = "Pipfile";
    static final String LOCK = "Pipfile.lock";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** @param group {@code packages} or {@code dev-packages} */
    List<String> requirements(String group) {
        List<String> requirements = new ArrayList<>();
        if (declared.get(group) instanceof Map<?, ?> packages) {
            packages.forEach((name, version) ->
                    requirements.addAll(new PoetryConstraint(name.toString(), version).requirements()));
        }
        return requirements;
    }

    /** Of both groups, since a package that both need is in one version only. */
    List<String> constraints() {
        List<String> constraints = new ArrayList<>();
        for (String group : List.of("default", "develop")) {
            lock().path(group).properties().forEach(locked -> {
                String version = locked.getValue().path("version").asText("");
                if (version.startsWith("==")) {
                    constraints.add(Requirement.normalise(locked.getKey()) + version);
                }
            });
        }
        return constraints.stream().distinct().toList();
    }

    private JsonNode lock() {
        try {
            return JSON.readTree(sources.text(LOCK).orElse("{}"));
        } catch (JsonProcessingException fault) {
            throw new Problem.StageFailed(
                            "detection-failed",
                            LOCK + " can not be read: " + fault.getOriginalMessage() + ".",
                            "Make it again: pipenv lock",
                            List.of())
                    .asException(fault);
        }
    }
}
