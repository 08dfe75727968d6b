export function f(): number {
  debugger;
  return 1;
}
