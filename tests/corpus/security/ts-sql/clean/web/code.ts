interface Database {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

export function find(database: Database, name: string): Promise<unknown> {
  return database.query("SELECT id FROM users WHERE name = $1", [name]);
}
