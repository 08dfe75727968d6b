export function f(): number {
  try {
    return 1;
  } finally {
    console.log(2);
  }
}
