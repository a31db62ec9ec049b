-- Albums as their owner arranges them. A deleted one keeps its row: its versions go on ordering what was written under its name.
ALTER TABLE album ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE album ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE album ADD COLUMN cover_id TEXT NULL;
ALTER TABLE album ADD COLUMN deleted_ms BIGINT NULL;

-- Every photo that lies in the album, now or later.
CREATE TABLE album_share (
    album_id TEXT NOT NULL REFERENCES album (id),
    user_id TEXT NOT NULL REFERENCES account (id),
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (album_id, user_id));
CREATE INDEX album_share_user ON album_share (user_id, album_id);

-- Hidden by an operator: nobody but the owner knows of it.
ALTER TABLE photo ADD COLUMN hidden_ms BIGINT NULL;
CREATE INDEX upload_album_busy ON upload (album_id) WHERE state IN ('queued', 'processing');
