SELECT id FROM users WHERE id = :id AND age > :age;
