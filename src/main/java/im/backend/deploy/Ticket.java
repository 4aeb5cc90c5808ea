package im.backend.deploy;

import im.backend.domain.Deployment;

/** A deployment's place in the queue, and the means to end it. */
record Ticket(Deployment deployment, RunControl control) {}
