SELECT
    name AS label,
    email AS address
FROM users;
