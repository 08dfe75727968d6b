export const names = { a: 1, b: 2, c: 3 };
