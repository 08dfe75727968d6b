export const f = (x: number): boolean => x === 1;
