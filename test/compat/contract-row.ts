/** The headings of docs/compatibility.md, by the key that a row's `section` has. */
export const contractSections = {
  collect: 'What to collect',
  place: 'Where files go',
  tell: 'Whom to tell',
  run: 'How it runs',
  habits: 'Habits that no document of it names',
  difference: 'Where we differ on purpose',
  charts: 'What the charts rely on',
} as const;

export type ContractSection = keyof typeof contractSections;

/**
 * One promise of the drop-in contract. `id` is a variable, or a few words in kebab-case: tests begin with it, and it is an
 * anchor that people may link to, so it does not change.
 */
export interface ContractRow {
  readonly id: string;
  readonly section: ContractSection;
  /** What the established tool does, in its own terms. One or two sentences. */
  readonly established: string;
  readonly ours: Ours;
}

export type Ours =
  /** The same; `note` says what is more, where that helps. */
  | { readonly kind: 'same'; readonly note?: string }
  /** Other on purpose: `how`. */
  | { readonly kind: 'better'; readonly how: string }
  /** Other on purpose, and `switch` brings the old way back: a variable with its value, and what for. */
  | { readonly kind: 'switch'; readonly how: string; readonly switch: string };
