/** What apps wrote, kept on the server's disk: one endless, capped log a project, whoever runs it. */
@NullMarked
package im.backend.orchestrator.log;

import org.jspecify.annotations.NullMarked;
