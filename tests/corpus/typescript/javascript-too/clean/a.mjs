export const f = (x) => typeof x === "string";
