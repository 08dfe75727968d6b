SELECT name
FROM users
GROUP BY name;
