package im.backend.config;

import java.util.List;

/**
 * @param lines one per setting, in the order of the reference: what is in force and where it came from
 */
public record LoadedConfig(ServerConfig config, List<Line> lines) {
    public LoadedConfig {
        lines = List.copyOf(lines);
    }

    /** @param origin as {@code backendim.yml 3:9}, {@code BACKENDIM_SERVER_PORT}, {@code --port} or {@code default} */
    public record Line(String key, String value, String origin) {
        @Override
        public String toString() {
            return key + " = " + value + "  (" + origin + ")";
        }
    }
}
