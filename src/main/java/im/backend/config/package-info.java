/** The server's settings: file, environment and flags become one record tree, and every fault is told at once. */
@NullMarked
package im.backend.config;

import org.jspecify.annotations.NullMarked;
