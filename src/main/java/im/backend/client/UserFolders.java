package im.backend.client;

import java.nio.file.Path;
import java.util.Map;

/** Where things of this user lie (XDG base directory specification). */
public record UserFolders(Path config, Path data) {
    private static final String NAME = "backendim";

    public static UserFolders of(Map<String, String> environment) {
        return new UserFolders(
                folder(environment, "XDG_CONFIG_HOME", ".config"),
                folder(environment, "XDG_DATA_HOME", ".local/share"));
    }

    private static Path folder(Map<String, String> environment, String variable, String belowHome) {
        String named = environment.get(variable);
        Path base = named == null || named.isBlank()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", ".")))
                        .resolve(belowHome)
                : Path.of(named);
        return base.resolve(NAME);
    }
}
