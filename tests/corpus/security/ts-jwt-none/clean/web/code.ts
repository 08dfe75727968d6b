interface Tokens {
  verify(token: string, key: string, options: object): unknown;
}

export function claims(jwt: Tokens, token: string, key: string): unknown {
  return jwt.verify(token, key, { algorithms: ["HS256"] });
}
