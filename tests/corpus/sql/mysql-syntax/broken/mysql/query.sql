SELECT `id` FRM `users`;
