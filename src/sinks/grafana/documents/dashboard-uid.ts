import { hash } from 'node:crypto';

/** 40 characters at most, of letters, digits, `-` and `_`: of dashboards and of folders (Grafana's IsValidShortUID). */
const UID = /^[a-zA-Z0-9_-]{1,40}$/;

export function isUid(text: unknown): text is string {
  return typeof text === 'string' && UID.test(text);
}

/**
 * The uid of a document that has none of its own: 35 characters, the same in each life and for each replica, and another one
 * for another instance (facts/grafana.md, 7). `source`: `<namespace>/<kind>/<name>/<key>`; none of the four holds a slash, so two
 * sources never give one text.
 */
export function uidOfSource(instance: string, source: string): string {
  return `ks-${hash('sha256', `${instance}/${source}`, 'hex').slice(0, 32)}`;
}
