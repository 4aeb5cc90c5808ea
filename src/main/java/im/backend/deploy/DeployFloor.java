package im.backend.deploy;

/** Where deployments are: the desk that takes them in, the queue, and the journal of what happens to them. */
record DeployFloor(DeployDesk desk, DeployQueue queue, Journal journal) {}
