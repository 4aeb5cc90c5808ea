package im.backend.cli.project;

import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import im.backend.domain.EnvValue;
import im.backend.manifest.ManifestReader;
import im.backend.problem.ProblemException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Secrets that no entry of an environment names: an app does not find them, which other platforms do without. */
final class UnboundSecrets {
    private UnboundSecrets() {}

    /** Says how the app gets those of {@code secrets} that neither the project's env nor this folder's file names. */
    static void tell(Session session, Collection<String> secrets) {
        if (session.json()) {
            return;
        }
        Set<String> bound = new HashSet<>(inFolder(session));
        bound.addAll(onServer(session));
        List<String> unbound =
                secrets.stream().filter(name -> !bound.contains(name)).toList();
        if (!unbound.isEmpty()) {
            String entries = unbound.stream()
                    .map(name -> name.toUpperCase(Locale.ROOT) + "=" + EnvValue.SECRET_PREFIX + name)
                    .collect(Collectors.joining(" "));
            session.terminal()
                    .note("Neither backend.yml here nor `env list` names " + (unbound.size() == 1 ? "it" : "them")
                            + "; for the app to find it: backendim env set " + entries);
        }
    }

    private static Set<String> onServer(Session session) {
        try {
            Map<String, String> env = session.client()
                    .get(session.projectPath() + "/env")
                    .object("env")
                    .map(JsonObject::entries)
                    .orElse(Map.of());
            return env.values().stream()
                    .filter(value -> value.startsWith(EnvValue.SECRET_PREFIX))
                    .map(value -> value.substring(EnvValue.SECRET_PREFIX.length()))
                    .collect(Collectors.toSet());
        } catch (ProblemException untold) {
            // The secret is set; a hint is not worth an error.
            return Set.of();
        }
    }

    private static Set<String> inFolder(Session session) {
        try {
            return ManifestReader.read(session.folder()).env().values().stream()
                    .filter(EnvValue.Secret.class::isInstance)
                    .map(value -> ((EnvValue.Secret) value).name().value())
                    .collect(Collectors.toSet());
        } catch (ProblemException faulty) {
            return Set.of();
        }
    }
}
