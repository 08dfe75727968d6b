declare function cors(options: object): unknown;

export const allowed = cors({ origin: "*", credentials: true });
