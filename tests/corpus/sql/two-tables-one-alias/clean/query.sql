SELECT a.id
FROM users AS a
INNER JOIN carts AS b ON a.id = b.id;
