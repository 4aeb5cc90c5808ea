/** Which of two versions is the later one, by the rules of each package manager. */
@NullMarked
package im.backend.scan.version;

import org.jspecify.annotations.NullMarked;
