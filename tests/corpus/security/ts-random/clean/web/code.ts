export function made(): string {
  const token = crypto.randomUUID();
  return token;
}
