export const total = price * 2;
