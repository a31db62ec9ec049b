-- Bytes of storage that nothing refers to any more, and the numbers that order their deletion against uploads.
-- The counter starts far above the generations that storage gives by itself.
CREATE TABLE blob_sequence (
    id BIGINT PRIMARY KEY,
    value BIGINT NOT NULL);
INSERT INTO blob_sequence (id, value) VALUES (1, 1099511627776);

-- The last time a blob was collected; kept for good, so that an upload begun before it is told.
CREATE TABLE blob_collection (
    digest TEXT PRIMARY KEY,
    generation BIGINT NOT NULL);

-- Blobs that lost a reference. times tells a later loss from the one that was looked at.
CREATE TABLE blob_garbage (
    digest TEXT PRIMARY KEY,
    not_before_ms BIGINT NOT NULL,
    times BIGINT NOT NULL);
CREATE INDEX blob_garbage_due ON blob_garbage (not_before_ms, digest);

-- Variants that a saga has stored and not published yet.
CREATE TABLE blob_pin (
    saga_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (saga_id, digest));
CREATE INDEX blob_pin_digest ON blob_pin (digest);

CREATE INDEX photo_bytes ON photo (digest) WHERE state <> 'deleted';
CREATE INDEX image_file ON image (file_key);
CREATE INDEX upload_bytes ON upload (digest) WHERE state IN ('queued', 'processing');
