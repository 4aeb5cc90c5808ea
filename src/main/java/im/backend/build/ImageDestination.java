package im.backend.build;

import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import java.util.List;

/** A registry of somebody else that finished images are sent to as well. Safe for several threads. */
public interface ImageDestination {
    /**
     * Returns when the image is there whole and has the tags; what is there already is not sent again. Says in one line
     * how much was sent. Fails with StageFailed {@code push-failed}.
     */
    void send(ProjectId project, Digest image, List<String> tags, BuildListener listener);
}
