package im.backend.server;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What there is to say when a server answers.
 *
 * @param api where the API answers
 * @param apps where an app answers, with {@code *} for its name
 * @param adminKeyFile where the administrator's key lies, as long as its owner leaves it there
 * @param sandbox how apps are kept apart, for people
 */
public record Started(URI api, String apps, Path data, Path adminKeyFile, String sandbox, Duration took) {}
