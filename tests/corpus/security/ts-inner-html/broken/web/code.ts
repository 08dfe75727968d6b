export function show(element: HTMLElement, given: string): void {
  element.innerHTML = given;
}
