import { useState } from "react";
export function A(props: { n: number }) {
  if (props.n) {
    useState(1);
  }
  return null;
}
