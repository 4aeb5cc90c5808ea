/** Signs and judges JSON Web Tokens (RFC 7519) as RFC 8725 asks. */
@NullMarked
package im.backend.identity.jwt;

import org.jspecify.annotations.NullMarked;
