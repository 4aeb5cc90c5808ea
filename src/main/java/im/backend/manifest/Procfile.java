package im.backend.manifest;

import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.Quoted;
import im.backend.domain.StartPlan;
import im.backend.problem.ProblemException;
import im.backend.yaml.YamlNode.Position;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a Procfile as the Heroku family knows it: {@code web:}, {@code worker:} and {@code release:}, one a line. */
final class Procfile {
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9_-]{1,30}):\\s*(\\S.*)");
    private static final String RELEASE = "release";

    private Procfile() {}

    static AppManifest read(byte[] bytes, AppManifest below, ManifestLimits limits, Faults faults) {
        SortedMap<String, Command> processes = new TreeMap<>(below.processes());
        if (bytes.length > limits.bytesMax()) {
            faults.add(
                    Faults.TOO_COMPLEX,
                    Position.START,
                    bytes.length + " bytes (expected: <= " + limits.bytesMax() + ")");
            return below;
        }
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                readLine(line, new Position(i + 1, 1), processes, faults);
            }
        }
        Optional<Command> web = Optional.ofNullable(processes.remove(StartPlan.WEB));
        Optional<Command> release = Optional.ofNullable(processes.remove(RELEASE));
        return new AppManifest(
                below.name(),
                below.runtime(),
                web.or(below::entrypoint),
                below.env(),
                below.generatedSecrets(),
                below.resources(),
                below.scaling(),
                below.port(),
                below.healthcheck(),
                release.or(below::release),
                processes,
                below.cron(),
                below.volumes(),
                below.build(),
                below.test(),
                below.deploy());
    }

    private static void readLine(String line, Position at, SortedMap<String, Command> processes, Faults faults) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            faults.add(
                    Faults.SYNTAX,
                    at,
                    Quoted.of(line) + " (expected: a name, a colon and a command, as in web: npm start)");
            return;
        }
        String name = matcher.group(1);
        try {
            if (processes.put(name, Command.parse(matcher.group(2))) != null) {
                faults.add(Faults.INVALID, at, name + " is there twice (expected: once)");
            }
        } catch (ProblemException refused) {
            faults.add(at, name, refused);
        }
    }
}
