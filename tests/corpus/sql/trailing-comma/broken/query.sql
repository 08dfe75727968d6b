SELECT
    id,
FROM users;
