const price = 1;
export const total = price * 2;
