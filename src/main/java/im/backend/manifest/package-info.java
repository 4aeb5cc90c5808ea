/** What an app says of itself, in backend.yml, a Procfile or app.json: read, checked and written. */
@NullMarked
package im.backend.manifest;

import org.jspecify.annotations.NullMarked;
