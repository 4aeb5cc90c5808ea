package im.backend.deploy.queue;

import im.backend.deploy.progress.Journal;

/** Where deployments are: the desk that takes them in, the queue, and the journal of what happens to them. */
public record DeployFloor(DeployDesk desk, DeployQueue queue, Journal journal) {}
