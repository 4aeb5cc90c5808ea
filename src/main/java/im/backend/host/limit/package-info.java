/** What a program may use, and the control groups that hold it to that. */
@NullMarked
package im.backend.host.limit;

import org.jspecify.annotations.NullMarked;
