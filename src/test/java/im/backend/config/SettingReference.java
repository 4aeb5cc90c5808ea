package im.backend.config;

/** docs/configuration.md as it must be: every setting of the server. */
public final class SettingReference {
    private SettingReference() {}

    public static String text() {
        StringBuilder text = new StringBuilder("""
            # Settings of the server

            Generated from the table of settings; a test fails when it is not up to date (`-Dbackendim.docs.update=true` writes
            it anew).

            `serve` works without any. A setting may stand in a file, in the environment and on the command line; the last of
            these wins:

            1. a YAML file: `--config-file FILE`, else `BACKENDIM_CONFIG_FILE`, else `$XDG_CONFIG_HOME/backendim/backendim.yml`
               (`~/.config/...`), else `/etc/backendim/backendim.yml`
            2. the environment: `BACKENDIM_SERVER_PORT=9000`
            3. the command line: `--set server.port=9000`, and for the common ones `--data --host --port --apps-host --apps-port
               --domain`

            ```yaml
            # backendim.yml
            data: /var/lib/backendim
            server:
              port: 9000
            apps:
              domain: apps.example.com
              public-port: 443
            ```

            An unknown key or a bad value stops the start, and all of them are told at once. `backendim serve --print-config`
            shows what is in force and where each value came from. Secrets are not settings: keys stand in files of their own.

            | key | default | value | meaning |
            | --- | --- | --- | --- |
            """);
        for (Setting<?> setting : Settings.all()) {
            String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
            text.append("| `")
                    .append(setting.key())
                    .append("` | ")
                    .append(fallback)
                    .append(" | ")
                    .append(setting.expected())
                    .append(" | ")
                    .append(setting.description())
                    .append(" |\n");
        }
        return text.toString();
    }
}
