/** Control characters but the tab, line separators, and those that turn the direction of text. */
const HARMFUL = /[^\P{Cc}\t]|[\u2028-\u202e\u2066-\u2069]/gu;

/**
 * What others wrote, as it may be shown: a terminal or a reader of the log must not take orders from it, nor see it in another
 * order than it has. Harmful characters become their escape, `\u001b`.
 */
export function escapeHarmful(text: string): string {
  return text.replace(HARMFUL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
