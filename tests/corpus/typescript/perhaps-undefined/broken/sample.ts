export const f = (x?: string): number => x.length;
