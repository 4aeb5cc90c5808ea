/** Reads what package managers have left in a folder, as package URLs; what is read was made by somebody else. */
@NullMarked
package im.backend.build.inventory;

import org.jspecify.annotations.NullMarked;
