SELECT
    name AS label,
    email AS label
FROM users;
