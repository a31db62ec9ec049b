-- Words come from the program's own tokeniser (SearchText) with their places, so no text search configuration is used.
CREATE TABLE photo_search (
    photo_id TEXT PRIMARY KEY REFERENCES photo (id),
    version BIGINT NOT NULL,
    day BIGINT NOT NULL,
    words TSVECTOR NOT NULL);
CREATE INDEX photo_search_day ON photo_search (day);
CREATE INDEX photo_search_words ON photo_search USING GIN (words);
