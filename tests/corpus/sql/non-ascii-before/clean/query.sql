SELECT 'é😀' AS a, id FROM users;
