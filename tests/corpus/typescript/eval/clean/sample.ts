export const f = (x: string): unknown => JSON.parse(x);
