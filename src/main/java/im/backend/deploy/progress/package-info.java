/** What is told of a deployment: its events, logged first and then handed to whoever watches. */
@NullMarked
package im.backend.deploy.progress;

import org.jspecify.annotations.NullMarked;
