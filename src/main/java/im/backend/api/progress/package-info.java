/** Watching a deployment over a WebSocket: tickets to it, one message an event, one watcher a connection. */
@NullMarked
package im.backend.api.progress;

import org.jspecify.annotations.NullMarked;
