import { MASK, type Redactor } from './redact.js';

export type LogFields = Readonly<Record<string, unknown>>;

/** Keys whose value is a credential whatever it looks like. */
const SECRET_KEY = /authorization|password|passwd|token|secret$|cookie|api-?_?key|credential|private-?_?key/i;

/** Bounds of one record: an object of ours is flat, a foreign one may be anything. */
const MAX_DEPTH = 4;
const MAX_ITEMS = 50;
const MAX_TEXT = 4096;

/** The first keys of every record, which a field cannot take. */
const RESERVED = new Set(['time', 'level', 'msg']);

export interface CleanOptions {
  readonly redactor: Redactor;
  /** Stacks of errors are for debugging only. */
  readonly stacks: boolean;
}

/**
 * Fields as they may be logged: plain JSON values, without the values of secret keys and without registered secrets,
 * bounded in depth and size. Errors become message and code, bytes their number, never content.
 */
export function cleanFields(fields: LogFields, options: CleanOptions): Record<string, unknown> {
  const cleaned = cleanObject(fields, options, 1);
  for (const key of Object.keys(cleaned)) {
    if (!RESERVED.has(key)) continue;
    cleaned[`${key}_`] = cleaned[key];
    delete cleaned[key];
  }
  return cleaned;
}

export function cleanText(text: string, { redactor }: CleanOptions): string {
  const redacted = redactor.redact(text);
  return redacted.length > MAX_TEXT ? `${redacted.slice(0, MAX_TEXT)}… (${redacted.length} characters)` : redacted;
}

function cleanObject(object: object, options: CleanOptions, depth: number): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object).slice(0, MAX_ITEMS)) {
    if (value === undefined || typeof value === 'function') continue;
    const name = options.redactor.redact(key);
    cleaned[name] = SECRET_KEY.test(key) && !isPlainFact(value) ? MASK : cleanValue(value, options, depth);
  }
  return cleaned;
}

/** `tokenExpired: true` tells nothing. */
function isPlainFact(value: unknown): boolean {
  return value === null || typeof value === 'boolean';
}

function cleanValue(value: unknown, options: CleanOptions, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value, options);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object') return typeof value === 'boolean' ? value : cleanText(String(value), options);
  if (value === null) return null;
  if (value instanceof Error) return cleanError(value, options);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (depth >= MAX_DEPTH) return '(deeper)';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, options, depth + 1));
  return cleanObject(value, options, depth + 1);
}

/** Nothing else of an error: those of HTTP clients carry the whole request with its headers. */
function cleanError(error: Error, options: CleanOptions): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const cleaned: Record<string, unknown> = { message: cleanText(error.message, options) };
  if (typeof code === 'string' || typeof code === 'number') cleaned['code'] = cleanValue(code, options, 1);
  if (options.stacks && error.stack !== undefined) cleaned['stack'] = cleanText(error.stack, options);
  return cleaned;
}
