package im.backend.deploy.queue;

import im.backend.domain.Deployment;

/** A deployment's place in the queue, and the means to end it. */
public record Ticket(Deployment deployment, RunControl control) {}
