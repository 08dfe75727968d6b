SELECT id from users;
