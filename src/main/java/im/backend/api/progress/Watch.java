package im.backend.api.progress;

import im.backend.domain.Caller;
import im.backend.domain.Deployment;

/**
 * What a WebSocket was opened for.
 *
 * @param since sequence number of the last event that the watcher has
 * @param output also the lines that the build and the app write
 */
record Watch(Caller caller, Deployment deployment, long since, boolean output) {}
