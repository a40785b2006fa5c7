import { readFileSync } from 'node:fs';
import { errnoOf } from '../errno-of.js';

/** `message` is a clause that begins with `what`. Never content. */
export type TextFileResult =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string };

/** A small file of ours with a credential in it. One without content is a failure, or we would ask as a stranger. */
export function readTextFile(what: string, path: string): TextFileResult {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { ok: false, message: `${what} ${path} cannot be read (${errnoOf(error) ?? 'unknown'})` };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, message: `${what} ${path} is not UTF-8 text` };
  }
  // Editors and `echo` end a file with a newline; any other blank may belong to a password.
  const value = text.replace(/\r?\n$/, '');
  return value === '' ? { ok: false, message: `${what} ${path} is empty` } : { ok: true, value };
}
