/** All SQL of the platform, for H2 and PostgreSQL alike. */
@NullMarked
package im.backend.store.sql;

import org.jspecify.annotations.NullMarked;
