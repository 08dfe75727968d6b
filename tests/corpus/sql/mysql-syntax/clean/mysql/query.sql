SELECT `id` FROM `users`;
