SELEC id FROM users;
