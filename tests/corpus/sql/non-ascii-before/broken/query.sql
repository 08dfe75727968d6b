SELECT 'é😀' AS a, id FORM users;
