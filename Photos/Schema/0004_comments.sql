-- Comments: allowed by the account's default, unless the photo says otherwise.
ALTER TABLE account ADD COLUMN allows_comments BIGINT NOT NULL DEFAULT 1;
ALTER TABLE photo ADD COLUMN allows_comments BIGINT NULL;
CREATE TABLE comment (
    id TEXT PRIMARY KEY,
    photo_id TEXT NOT NULL REFERENCES photo (id),
    author_id TEXT NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    edited_ms BIGINT NULL);
CREATE INDEX comment_photo ON comment (photo_id, id);
CREATE INDEX comment_author ON comment (author_id, id);

-- What an open page asks twice a second.
CREATE INDEX upload_owner_updated ON upload (owner_id, updated_ms);
