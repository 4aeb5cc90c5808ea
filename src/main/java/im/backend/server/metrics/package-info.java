/** What the server counts, for Prometheus. */
@NullMarked
package im.backend.server.metrics;

import org.jspecify.annotations.NullMarked;
