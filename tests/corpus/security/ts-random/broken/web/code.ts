export function made(): string {
  const token = Math.random().toString(36);
  return token;
}
