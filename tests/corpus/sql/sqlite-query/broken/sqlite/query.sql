SELECT nam
FROM users WHERE id = :id;
