/** What {@code doctor}, GET /v1/server and {@code /readyz} say of this server. */
@NullMarked
package im.backend.server.facts;

import org.jspecify.annotations.NullMarked;
