/** A promise that a test, or what it watches, resolves. */
export class Gate<T = void> {
  readonly opened: Promise<T>;
  open!: (value: T) => void;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}
