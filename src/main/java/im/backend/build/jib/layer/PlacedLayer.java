package im.backend.build.jib.layer;

/** @param path where the app sees it: {@code /app}, {@code /app/.deps} */
public record PlacedLayer(StoredLayer layer, String path) {}
