-- Words come from the program's own tokeniser (SearchText). 'ascii' takes everything beyond ASCII as part of a word, so that
-- no second table of Unicode decides what a word is. contentless: the texts are in photo, nothing is kept twice.
CREATE TABLE photo_search (
    doc INTEGER PRIMARY KEY,
    photo_id TEXT NOT NULL UNIQUE REFERENCES photo (id),
    version BIGINT NOT NULL,
    day BIGINT NOT NULL);
CREATE INDEX photo_search_day ON photo_search (day);
CREATE VIRTUAL TABLE photo_words USING fts5 (
    words, content = '', contentless_delete = 1, prefix = '1', tokenize = "ascii tokenchars '_'");
