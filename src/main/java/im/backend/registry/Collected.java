package im.backend.registry;

/** What one collection removed, or would have: nothing tagged, live or young is among it. */
public record Collected(int manifests, int links, int blobs, long bytes, int uploads, int repositories) {
    public static final Collected NOTHING = new Collected(0, 0, 0, 0, 0, 0);
}
