SELECT carts.id
FROM users;
