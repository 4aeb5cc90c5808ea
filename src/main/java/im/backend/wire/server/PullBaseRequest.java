package im.backend.wire.server;

/** @param reference as {@code docker.io/library/python:3.12-slim} */
public record PullBaseRequest(String reference) {}
