SELECT 'it''s'
FROM users;
