const spare = 1;
export const total = 2;
