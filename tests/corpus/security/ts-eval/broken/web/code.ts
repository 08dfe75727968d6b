export function read(given: string): unknown {
  return eval(given);
}
