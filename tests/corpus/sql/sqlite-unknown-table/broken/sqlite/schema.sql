CREATE TABLE users (id INTEGER PRIMARY KEY);

CREATE INDEX carts_id ON carts (id);
