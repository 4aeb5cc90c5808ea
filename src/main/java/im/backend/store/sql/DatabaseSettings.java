package im.backend.store.sql;

import java.nio.file.Path;

/** Where the database is. */
public sealed interface DatabaseSettings {
    /**
     * H2 in files of this process alone.
     *
     * @param folder made when it does not exist
     * @param freeBytesMin writes are refused while the disk has less room than this, because H2 gives up its file when a
     *     write fails in the middle
     */
    record Embedded(Path folder, long freeBytesMin) implements DatabaseSettings {
        public static final long FREE_BYTES_MIN_DEFAULT = 32L << 20;

        public Embedded(Path folder) {
            this(folder, FREE_BYTES_MIN_DEFAULT);
        }
    }

    /** A PostgreSQL server, whose own commits are durable. */
    record External(String url, String user, String password) implements DatabaseSettings {
        @Override
        public String toString() {
            return "External[url=" + url + ", user=" + user + ", password=***]";
        }
    }
}
