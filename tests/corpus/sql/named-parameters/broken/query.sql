SELECT id FROM users WHERE id = :id AND AND age > :age;
