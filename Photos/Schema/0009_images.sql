-- What a picture looks like in a few bytes, and contents on which image workers died: kept over restarts, shared by processes.
ALTER TABLE photo ADD COLUMN color TEXT NULL;
ALTER TABLE photo ADD COLUMN perceptual_hash TEXT NULL;
CREATE TABLE image_poison (
    digest TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_ms BIGINT NOT NULL);
