/** Commands about what runs of a project: its state and logs, how many replicas, stop and start, one command in it. */
@NullMarked
package im.backend.cli.app;

import org.jspecify.annotations.NullMarked;
