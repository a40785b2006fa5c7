import type { LogLevel } from '../logger.js';
import { type ConfigNode, shown } from './config-node.js';

/** Python's names, with their aliases; `NOTSET` on the root or a handler lets everything pass. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  NOTSET: 'DEBUG',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  WARN: 'WARNING',
  WARNING: 'WARNING',
  ERROR: 'ERROR',
  CRITICAL: 'CRITICAL',
  FATAL: 'CRITICAL',
};

/** From the least to the most severe, ten apart, as Python numbers them. */
const SEVERITY: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/** The level that stands at `key`: a name in any case, or Python's number, of which the next level of ours counts. */
export function levelOf(node: ConfigNode, key = 'level'): LogLevel | undefined {
  const found = node.get(key);
  if (found === undefined) return undefined;
  const { value } = found;
  if (typeof value === 'number' && Number.isFinite(value)) {
    return SEVERITY[Math.min(Math.max(Math.ceil(value / 10) - 1, 0), SEVERITY.length - 1)];
  }
  const name = typeof value === 'string' ? value.trim().toUpperCase() : '';
  const level = LEVELS[name];
  if (level === undefined) {
    found.warn(`is expected to be one of ${SEVERITY.join(', ')}, got ${shown(value)}: it is ignored`);
  }
  return level;
}

/** The more severe one: a record has to pass both. */
export function stricterLevel(a: LogLevel, b: LogLevel): LogLevel {
  return SEVERITY.indexOf(a) < SEVERITY.indexOf(b) ? b : a;
}
