/** The public contract as a Java client, made for a process that lives a tenth of a second. */
@NullMarked
package im.backend.client;

import org.jspecify.annotations.NullMarked;
