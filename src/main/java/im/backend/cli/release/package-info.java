/** Commands about releases: what they are, what is in them, which faults are known, and going back. */
@NullMarked
package im.backend.cli.release;

import org.jspecify.annotations.NullMarked;
