CREATE TABLE saga (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'undoing', 'done', 'failed', 'stuck')),
    step BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    answered_seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    problem_type TEXT NULL,
    problem_text TEXT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL);
CREATE INDEX saga_waiting ON saga (lane, id) WHERE status = 'waiting';
CREATE INDEX saga_status ON saga (status, created_ms);

-- Who of a lane runs; '' when nobody does. Its row lock is what puts starts and ends of one lane in an order.
CREATE TABLE saga_lane (
    lane TEXT PRIMARY KEY,
    saga_id TEXT NOT NULL);

CREATE TABLE message (
    id TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    version BIGINT NOT NULL,
    saga_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    created_ms BIGINT NOT NULL);
CREATE INDEX message_due ON message (not_before_ms, id);

CREATE TABLE dead_letter (
    id TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    version BIGINT NOT NULL,
    saga_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    reason TEXT NOT NULL,
    died_ms BIGINT NOT NULL);
