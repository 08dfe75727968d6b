SELECT users.id
FROM users;
