/** HTTP, WebSocket and problem+json over the use cases: one Routes class a resource, one table of routes. */
@NullMarked
package im.backend.api;

import org.jspecify.annotations.NullMarked;
