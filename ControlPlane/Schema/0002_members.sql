-- The authority of the installation: one, shared by all control planes on this database.
CREATE TABLE authority (
    id INTEGER PRIMARY KEY,
    certificate TEXT NOT NULL,
    sealed TEXT NOT NULL,
    made_ms BIGINT NOT NULL);

-- Join tokens that were given out; the secret as a hash only.
CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms BIGINT NOT NULL);

CREATE TABLE member (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    public_key TEXT NOT NULL,
    joined_ms BIGINT NOT NULL,
    renewed_ms BIGINT NOT NULL,
    not_after_ms BIGINT NOT NULL,
    removed_ms BIGINT NOT NULL);
-- A name belongs to one member at a time; a removed one gives it back.
CREATE UNIQUE INDEX member_name ON member (name, removed_ms);

-- An edge whose member was removed is waited for no more.
ALTER TABLE edge ADD COLUMN removed_ms BIGINT NOT NULL DEFAULT 0;

-- The data key, wrapped by what the operator chose; empty in databases from before there was a choice.
ALTER TABLE key_state ADD COLUMN wrapped_key TEXT NOT NULL DEFAULT '';

-- What edges have shown that this log does not hold: where healing has to begin.
CREATE TABLE ahead (
    edge TEXT PRIMARY KEY,
    term BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL);

-- Heads of the audit log, signed by the authority.
CREATE TABLE audit_head (
    sequence BIGINT PRIMARY KEY,
    hash TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    signature TEXT NOT NULL);
