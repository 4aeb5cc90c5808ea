package im.backend.build;

import java.util.Locale;

/** What a program was compiled for, in the words of the OCI image spec. */
public record Platform(String os, String architecture) {
    /** This machine's: builds run here, so images are for it. */
    public static Platform ofThisHost() {
        String architecture = switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case String other -> other;
        };
        return new Platform("linux", architecture);
    }

    @Override
    public String toString() {
        return os + "/" + architecture;
    }
}
