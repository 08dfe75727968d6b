export const f = (x: number): boolean => x === NaN;
