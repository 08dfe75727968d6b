CREATE TABLE carts (id INTEGER PRIMARY KEY);

CREATE INDEX carts_id ON carts (id);
