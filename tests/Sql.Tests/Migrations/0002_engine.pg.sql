CREATE TABLE engine (name TEXT NOT NULL); INSERT INTO engine (name) VALUES ('pg');
