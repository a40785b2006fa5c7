/** A value, or what was expected instead: a phrase that completes "Expected `X` to be …". */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };

/** How the text of a variable, flag or file entry becomes a value. */
export interface OptionType<T> {
  /** One or two words for `--help` and the documentation, such as `seconds`. */
  readonly label: string;
  /** Never gets an empty string: that means unset. The one exception is a type with `bare`, see there. */
  readonly parse: (text: string) => Parsed<T>;
  /** The text that a flag without a value stands for. Types that have it take an empty string as a value too. */
  readonly bare?: string;
  /** What of a wrong value may be shown in an error. @default all of it */
  readonly show?: (text: string) => string;
}
