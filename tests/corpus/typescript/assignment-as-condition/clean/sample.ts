export function f(x: number): number {
  if (x === 1) {
    return 1;
  }
  return 2;
}
