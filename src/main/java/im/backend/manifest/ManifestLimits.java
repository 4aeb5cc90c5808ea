package im.backend.manifest;

/** What one manifest may hold (reliability.md 6); a stored release may hold more, as its project's env is merged in. */
record ManifestLimits(int bytesMax, int envNamesMax, int envBytesMax) {
    static final ManifestLimits OF_A_FILE = new ManifestLimits(64 * 1024, 200, 256 * 1024);
    static final ManifestLimits OF_A_RELEASE = new ManifestLimits(8 * 1024 * 1024, 1_000, 2 * 1024 * 1024);
}
