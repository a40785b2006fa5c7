import { isRecord } from '../../kubernetes/is-record.js';
import { badRequestData } from './refusal.js';

export type Json = Readonly<Record<string, unknown>>;

/** A body of the legacy family; an empty one is an empty object (web.Bind). Throws its 400, which quotes nothing. */
export function readJson(body: Buffer): Json {
  if (body.length === 0) return {};
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw badRequestData();
  }
  if (!isRecord(json)) throw badRequestData();
  return json;
}

/** A field that Go decodes into a string; `null` and nothing are the empty one. */
export function stringField(json: Json, name: string): string {
  const value = json[name] ?? '';
  if (typeof value !== 'string') throw badRequestData();
  return value;
}

export function booleanField(json: Json, name: string): boolean {
  const value = json[name] ?? false;
  if (typeof value !== 'boolean') throw badRequestData();
  return value;
}

/** A field that Go decodes into an int64. */
export function integerField(json: Json, name: string): number {
  const value = json[name] ?? 0;
  if (!Number.isSafeInteger(value)) throw badRequestData();
  return value as number;
}
