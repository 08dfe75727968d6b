export function read(given: string): unknown {
  return JSON.parse(given);
}
