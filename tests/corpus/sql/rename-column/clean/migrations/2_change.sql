ALTER TABLE users ADD COLUMN years bigint;
