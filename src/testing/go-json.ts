/**
 * JSON as Go's encoder writes it: what could end a script of a web page, and U+2028 and U+2029, are escaped.
 * Equal bytes matter little, but a reader that splits lines at U+2028 must see here what it sees there.
 */
export function goJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
