interface Cart {
  total: number;
}
export const f = (x: Cart): number => x.total;
