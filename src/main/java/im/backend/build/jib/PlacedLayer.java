package im.backend.build.jib;

/** @param path where the app sees it: {@code /app}, {@code /app/.deps} */
record PlacedLayer(StoredLayer layer, String path) {}
