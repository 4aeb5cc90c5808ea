/** Git over HTTP: fetches and pushes, what a push may hold, and what is told of it. */
@NullMarked
package im.backend.source.git.http;

import org.jspecify.annotations.NullMarked;
