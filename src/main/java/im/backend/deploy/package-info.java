/** Use case: the pipeline that makes a commit live, and what is done with what runs. */
@NullMarked
package im.backend.deploy;

import org.jspecify.annotations.NullMarked;
