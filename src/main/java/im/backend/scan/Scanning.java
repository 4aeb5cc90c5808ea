package im.backend.scan;

/** What scans, and what follows from it. */
public record Scanning(Scanner scanner, ScanPolicy policy) {}
