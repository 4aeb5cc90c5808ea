package im.backend.deploy.upkeep;

/**
 * How often something that was live had to be brought back since the server's start.
 *
 * @param mended attempts after which it was as it shall be
 * @param failed attempts after which it was not; each is repeated in the next round
 */
public record Repairs(long mended, long failed) {}
