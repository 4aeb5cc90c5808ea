-- One SQL for H2 2.4 and PostgreSQL 15. Every statement may be repeated: H2 commits each DDL statement by itself, so a
-- server that was killed inside a migration runs it again from the first statement.

CREATE TABLE IF NOT EXISTS project (
    id VARCHAR(50) PRIMARY KEY,
    owner VARCHAR(20) NOT NULL,
    created_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    uid_offset INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 1 CACHE 1) UNIQUE,
    live_version INTEGER,
    replicas INTEGER
);
CREATE INDEX IF NOT EXISTS project_of_owner ON project (owner, id);

CREATE TABLE IF NOT EXISTS project_tombstone (
    uid_offset INTEGER PRIMARY KEY,
    id VARCHAR(50) NOT NULL,
    created_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

CREATE TABLE IF NOT EXISTS project_env (
    project_id VARCHAR(50) NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name VARCHAR(128) NOT NULL,
    literal VARCHAR(32768),
    secret VARCHAR(64),
    PRIMARY KEY (project_id, name)
);

CREATE TABLE IF NOT EXISTS deployment (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    project_id VARCHAR(50) NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    commit_hash VARCHAR(40) NOT NULL,
    created_by VARCHAR(20) NOT NULL,
    origin VARCHAR(16) NOT NULL,
    base_version INTEGER,
    created_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    status VARCHAR(20) NOT NULL,
    finished BOOLEAN NOT NULL,
    last_sequence BIGINT NOT NULL,
    updated_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    version INTEGER,
    url VARCHAR(1000),
    failure VARCHAR(1048576)
);
CREATE INDEX IF NOT EXISTS deployment_of_project ON deployment (project_id, created_at DESC, number DESC);
CREATE INDEX IF NOT EXISTS deployment_unfinished ON deployment (finished, number);

CREATE TABLE IF NOT EXISTS deployment_event (
    deployment_number BIGINT NOT NULL REFERENCES deployment (number) ON DELETE CASCADE,
    sequence BIGINT NOT NULL,
    happened_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    body VARCHAR(1048576) NOT NULL,
    PRIMARY KEY (deployment_number, sequence)
);

CREATE TABLE IF NOT EXISTS idempotency (
    created_by VARCHAR(20) NOT NULL,
    request_key VARCHAR(255) NOT NULL,
    request_hash VARCHAR(64) NOT NULL,
    deployment_number BIGINT NOT NULL REFERENCES deployment (number) ON DELETE CASCADE,
    created_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    PRIMARY KEY (created_by, request_key)
);
CREATE INDEX IF NOT EXISTS idempotency_age ON idempotency (created_at);
CREATE INDEX IF NOT EXISTS idempotency_of_deployment ON idempotency (deployment_number);

CREATE TABLE IF NOT EXISTS release (
    project_id VARCHAR(50) NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    deployment_id UUID NOT NULL,
    commit_hash VARCHAR(40) NOT NULL,
    image VARCHAR(71) NOT NULL,
    manifest VARCHAR(1048576) NOT NULL,
    origin VARCHAR(16) NOT NULL,
    created_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    PRIMARY KEY (project_id, version)
);

CREATE TABLE IF NOT EXISTS release_secret (
    project_id VARCHAR(50) NOT NULL,
    release_version INTEGER NOT NULL,
    name VARCHAR(64) NOT NULL,
    secret_version INTEGER NOT NULL,
    PRIMARY KEY (project_id, release_version, name),
    FOREIGN KEY (project_id, release_version) REFERENCES release (project_id, version) ON DELETE CASCADE
);

-- The row of a deleted secret stays, so that its version numbers are never given to another value.
CREATE TABLE IF NOT EXISTS secret (
    project_id VARCHAR(50) NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name VARCHAR(64) NOT NULL,
    last_version INTEGER NOT NULL,
    present BOOLEAN NOT NULL,
    PRIMARY KEY (project_id, name)
);

CREATE TABLE IF NOT EXISTS secret_version (
    project_id VARCHAR(50) NOT NULL,
    name VARCHAR(64) NOT NULL,
    version INTEGER NOT NULL,
    sealed BYTEA NOT NULL,
    fingerprint VARCHAR(32) NOT NULL,
    created_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    PRIMARY KEY (project_id, name, version),
    FOREIGN KEY (project_id, name) REFERENCES secret (project_id, name) ON DELETE CASCADE
);

-- One row: tells a wrong master key from damaged secrets.
CREATE TABLE IF NOT EXISTS seal (
    id INTEGER PRIMARY KEY,
    key_check VARCHAR(64) NOT NULL
);
