export const f = (x) => typeof x === "strnig";
