SELECT a.id
FROM users AS a
INNER JOIN carts AS a ON a.id = a.id;
