package im.backend.build.language;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The scripts that pip makes name the interpreter that installed them by its full path. They are moved to {@code B/bin}
 * and look the interpreter up on PATH instead, so that the layer runs wherever it is mounted.
 *
 * @param base the layer
 * @param scripts where pip put them
 */
record ConsoleScripts(Path base, Path scripts) {
    private static final String ANY_PYTHON = "#!/usr/bin/env python3";
    /** pip's form for a path that is too long for a first line: a shell line that Python reads as a text. */
    private static final String LONG_FORM = "#!/bin/sh\n'''exec' ";

    void move() throws IOException {
        if (!Files.isDirectory(scripts, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path programs = Files.createDirectories(base.resolve("bin"));
        for (Path script : ProjectCache.list(scripts)) {
            Path target = programs.resolve(script.getFileName());
            if (Files.isRegularFile(script, LinkOption.NOFOLLOW_LINKS)) {
                byte[] content = Files.readAllBytes(script);
                Files.write(target, relocated(content));
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.delete(script);
            }
        }
    }

    /** Bytes that are not text come through unchanged: ISO 8859-1 has a character for each. */
    private static byte[] relocated(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int firstLine = text.indexOf('\n');
        if (firstLine < 0 || !text.startsWith("#!")) {
            return content;
        }
        if (text.startsWith(LONG_FORM)) {
            int end = text.indexOf("\n' '''\n", LONG_FORM.length());
            return end < 0
                    ? content
                    : (ANY_PYTHON + text.substring(end + "\n' '''".length())).getBytes(StandardCharsets.ISO_8859_1);
        }
        boolean python = text.substring(0, firstLine).contains("python");
        return python ? (ANY_PYTHON + text.substring(firstLine)).getBytes(StandardCharsets.ISO_8859_1) : content;
    }
}
