-- Rows of one line that writers lock in this order: key_state, log_state, audit_state.
CREATE TABLE key_state (
    id INTEGER PRIMARY KEY,
    version BIGINT NOT NULL,
    wrap_check TEXT NOT NULL);
INSERT INTO key_state (id, version, wrap_check) VALUES (1, 0, '');

-- head is taken by an update in the appending transaction: the row stays locked until commit, so that numbers are
-- given out in commit order and a rolled back append leaves no gap.
CREATE TABLE log_state (
    id INTEGER PRIMARY KEY,
    term BIGINT NOT NULL,
    head BIGINT NOT NULL,
    oldest BIGINT NOT NULL,
    floor BIGINT NOT NULL,
    last_ms BIGINT NOT NULL);
INSERT INTO log_state (id, term, head, oldest, floor, last_ms) VALUES (1, 0, 0, 1, 0, 0);

CREATE TABLE audit_state (
    id INTEGER PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL);
INSERT INTO audit_state (id, sequence, hash) VALUES (1, 0, '');

CREATE TABLE term (
    term BIGINT PRIMARY KEY,
    start_sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL);

CREATE TABLE invalidation (
    sequence BIGINT PRIMARY KEY,
    receipt TEXT NOT NULL UNIQUE,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    soft INTEGER NOT NULL,
    owner TEXT,
    epoch BIGINT,
    reason TEXT,
    actor TEXT NOT NULL);

-- The last of each kind and value: what a snapshot holds, however short the log is kept.
CREATE TABLE in_force (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    soft INTEGER NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    epoch BIGINT,
    PRIMARY KEY (kind, value, soft));
CREATE INDEX in_force_sequence ON in_force (sequence);

CREATE TABLE edge (
    id TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    connection TEXT NOT NULL,
    joined_ms BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    acknowledged BIGINT NOT NULL,
    acknowledged_ms BIGINT NOT NULL,
    keys_version BIGINT NOT NULL,
    bound_private_ms BIGINT NOT NULL,
    bound_public_ms BIGINT NOT NULL,
    cut_off_ms BIGINT NOT NULL);

CREATE TABLE ack (
    edge TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (edge, sequence));
CREATE INDEX ack_sequence ON ack (sequence);

CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    published_version BIGINT NOT NULL,
    published_ms BIGINT NOT NULL,
    activated_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    not_after_ms BIGINT NOT NULL,
    wanted INTEGER NOT NULL,
    sealed TEXT,
    x TEXT,
    y TEXT);

CREATE TABLE audit (
    sequence BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL);
