export const f = (x: number): boolean => Number.isNaN(x);
