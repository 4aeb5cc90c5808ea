/** One call over HTTP: its route, who makes it and how often, its parameters and its answer, a problem included. */
@NullMarked
package im.backend.api.http;

import org.jspecify.annotations.NullMarked;
