CREATE TABLE engine (name TEXT NOT NULL) STRICT; INSERT INTO engine (name) VALUES ('sqlite');
