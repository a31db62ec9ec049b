-- The album's version at which a photo became visible. Versions are given under the album's row lock, so they are in the
-- order of commits: a page fixed at version v sees exactly what had been committed by then.
ALTER TABLE photo ADD COLUMN published_version BIGINT NULL;
UPDATE photo SET published_version = generation WHERE state = 'published';
CREATE INDEX photo_album_version ON photo (album_id, published_version);
