-- Run once by the PostgreSQL image when its data directory is empty: one database for each program that keeps rows.
CREATE DATABASE control_plane OWNER flickr;
CREATE DATABASE photos OWNER flickr;
