export const f = (x?: string): number => x?.length ?? 0;
