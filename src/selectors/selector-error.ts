/** A selector that Kubernetes would not take either. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly code = 'invalid-selector';
  /** Where in the selector the fault begins, counted from 0. */
  readonly position: number;
  /** What would have been right there. */
  readonly expected: string;

  constructor(selector: string, position: number, expected: string, got: string, what = 'label selector') {
    super(`Expected ${expected} at character ${position + 1} of the ${what} ${JSON.stringify(selector)}, got ${got}.`);
    this.position = position;
    this.expected = expected;
  }
}
