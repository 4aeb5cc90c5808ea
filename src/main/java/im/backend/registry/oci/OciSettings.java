package im.backend.registry.oci;

/**
 * @param service as tokens and challenges name this registry
 * @param manifestBytesMax more is refused before it is read
 * @param pageMax entries of one list
 */
public record OciSettings(String service, int manifestBytesMax, int pageMax) {}
