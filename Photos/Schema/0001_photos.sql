-- One file for both engines: TEXT and BIGINT only, flags 0 and 1, times in Unix milliseconds, ids sortable by time.
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    password_hash TEXT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    epoch BIGINT NOT NULL,
    stamp TEXT NOT NULL,
    created_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX account_name ON account (name);

CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    label TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    revoked_ms BIGINT NULL);
CREATE INDEX api_key_account ON api_key (account_id);

-- version orders every change of the directory: link generations are taken from it, so a row outlives its photos.
CREATE TABLE album (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    title TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX album_name ON album (owner_id, name_key);

CREATE TABLE image_dir (
    cdn_dir TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account (id),
    album_id TEXT NOT NULL REFERENCES album (id));
CREATE INDEX image_dir_user ON image_dir (user_id);

CREATE TABLE photo (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES account (id),
    album_id TEXT NOT NULL REFERENCES album (id),
    name TEXT NOT NULL,
    stem_key TEXT NOT NULL,
    digest TEXT NOT NULL,
    length_bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    width BIGINT NULL,
    height BIGINT NULL,
    taken_at TEXT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    camera TEXT NULL,
    latitude DOUBLE PRECISION NULL,
    longitude DOUBLE PRECISION NULL,
    thumb_hash TEXT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    state TEXT NOT NULL CHECK (state IN ('processing', 'published', 'deleted')),
    generation BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    published_ms BIGINT NULL);
-- A thumbnail is named after the stem, so swans.png and swans.jpg cannot both be 'swans' in one album.
CREATE UNIQUE INDEX photo_stem ON photo (album_id, stem_key) WHERE state <> 'deleted';
CREATE UNIQUE INDEX photo_digest ON photo (album_id, digest) WHERE state <> 'deleted';
CREATE INDEX photo_page ON photo (album_id, id);
CREATE INDEX photo_owner ON photo (owner_id, id);

CREATE TABLE photo_tag (
    photo_id TEXT NOT NULL REFERENCES photo (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (photo_id, tag));

CREATE TABLE image (
    cdn_path TEXT PRIMARY KEY,
    cdn_photo_key TEXT NOT NULL,
    file_key TEXT NOT NULL,
    resolution TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    is_public BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    length_bytes BIGINT NOT NULL);
CREATE INDEX image_owner_resolution ON image (owner_id, resolution);
CREATE INDEX image_photo_key ON image (cdn_photo_key);

CREATE TABLE share (
    id TEXT PRIMARY KEY,
    cdn_photo_key TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES account (id),
    created_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX share_photo_user ON share (cdn_photo_key, user_id);
CREATE INDEX share_user ON share (user_id, cdn_photo_key);

CREATE TABLE favorite (
    id TEXT PRIMARY KEY,
    cdn_photo_key TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES account (id),
    created_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX favorite_user_photo ON favorite (user_id, cdn_photo_key);
CREATE INDEX favorite_photo ON favorite (cdn_photo_key);

CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES account (id),
    album_id TEXT NOT NULL REFERENCES album (id),
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    length_bytes BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'processing', 'published', 'failed')),
    step TEXT NOT NULL,
    photo_id TEXT NULL,
    duplicate_of TEXT NULL,
    problem_type TEXT NULL,
    problem_text TEXT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL);
CREATE INDEX upload_owner ON upload (owner_id, id);
CREATE INDEX upload_owner_state ON upload (owner_id, state, id);
CREATE INDEX upload_state ON upload (state, id);
