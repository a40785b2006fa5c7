/** `word`: a key, a value, or one of `in` and `notin`, which are operators by their place alone. */
export type SelectorTokenType = 'word' | '!=' | '==' | '=' | '!' | '(' | ')' | ',' | '>' | '<' | 'end';

export interface SelectorToken {
  readonly type: SelectorTokenType;
  readonly text: string;
  /** Where it begins, counted from 0. */
  readonly position: number;
}

/**
 * Splits a selector as the lexer of apimachinery's `labels` package does: blanks (space, tab, CR, LF) separate and are
 * dropped, the longest symbol counts, all else is part of a word. The last token is always `end`.
 */
export function selectorTokens(selector: string): readonly SelectorToken[] {
  const tokens: SelectorToken[] = [];
  for (const match of selector.matchAll(/(!=|==|[=!(),><])|[^ \t\r\n=!(),><]+/g)) {
    const type = (match[1] ?? 'word') as SelectorTokenType;
    tokens.push({ type, text: match[0], position: match.index });
  }
  return [...tokens, { type: 'end', text: '', position: selector.length }];
}
