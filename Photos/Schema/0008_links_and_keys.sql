-- Links that open a photo or an album to whoever holds them. Only the hash of the secret is kept.
CREATE TABLE link_share (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES account (id),
    secret_hash TEXT NOT NULL,
    photo_id TEXT NULL REFERENCES photo (id),
    album_id TEXT NULL REFERENCES album (id),
    password_hash TEXT NULL,
    expires_ms BIGINT NULL,
    gives_originals BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    opened BIGINT NOT NULL DEFAULT 0,
    revoked_ms BIGINT NULL);
CREATE UNIQUE INDEX link_share_secret ON link_share (secret_hash);
CREATE INDEX link_share_owner ON link_share (owner_id, id);

-- Space-separated; NULL is every scope.
ALTER TABLE api_key ADD COLUMN scopes TEXT NULL;

ALTER TABLE account ADD COLUMN email TEXT NULL;
CREATE TABLE password_reset (
    account_id TEXT PRIMARY KEY REFERENCES account (id),
    secret_hash TEXT NOT NULL,
    expires_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX password_reset_secret ON password_reset (secret_hash);
