declare function cors(options: object): unknown;

export const allowed = cors({ origin: "https://shop.example", credentials: true });
