/** Objects in a store that speaks the S3 protocol: signed requests, tried again, by the JDK's own HTTP client (ADR 0031). */
@NullMarked
package im.backend.registry.s3;

import org.jspecify.annotations.NullMarked;
