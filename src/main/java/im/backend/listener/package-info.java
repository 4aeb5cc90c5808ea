/** What both listeners of the server need: a count of connections, and the answer to a request that goes no further. */
@NullMarked
package im.backend.listener;

import org.jspecify.annotations.NullMarked;
