CREATE TABLE users (id INTEGER PRIMARY KEY);

CREATE INDEX users_name
ON users (name);
