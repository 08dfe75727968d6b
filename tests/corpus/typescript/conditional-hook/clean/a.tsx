import { useState } from "react";
export function A(props: { n: number }) {
  const [n] = useState(props.n);
  return n;
}
