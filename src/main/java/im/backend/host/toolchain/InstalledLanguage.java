package im.backend.host.toolchain;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How one language is found on a host. */
interface InstalledLanguage {
    /** Programs that may be it, the host's own choice first; found without starting any. */
    List<Path> candidates();

    /** Empty when the program does not answer as this language's does. */
    Optional<Installation> ask(Path candidate);

    Toolchain toolchain(Installation installation, Optional<String> warning);

    /** How a person installs it, one sentence. */
    String remedy();
}
