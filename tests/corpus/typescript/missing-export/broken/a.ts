import { c } from "./b";
export const a = c;
