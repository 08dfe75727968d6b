const spare = 1;
export const total = spare;
