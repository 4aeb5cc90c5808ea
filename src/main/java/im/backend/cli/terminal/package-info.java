/** What a command prints and asks: answers to stdout, everything else to stderr, tables and times as people read them. */
@NullMarked
package im.backend.cli.terminal;

import org.jspecify.annotations.NullMarked;
