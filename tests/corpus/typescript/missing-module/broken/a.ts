import { b } from "./c";
export const a = b;
