/** YAML in, as values that know their place: the one home of the YAML parser, for backend.yml and the server's config file. */
@NullMarked
package im.backend.yaml;

import org.jspecify.annotations.NullMarked;
