import { type ConfigNode, isMapping, shown } from './config-node.js';
import type { LogFormat } from './log-config.js';

/** What our records are, however a formatter spells it: these settings ask for nothing else. */
const OURS: Readonly<Record<string, (value: unknown) => boolean>> = {
  format: (value) => typeof value === 'string' && fieldsOf(value).every((field) => OUR_FIELDS.has(field)),
  rename_fields: (value) => isMapping(value) && hasOnly(value, { message: 'msg', levelname: 'level', asctime: 'time' }),
  mapping: (value) => isMapping(value) && hasOnly(value, { time: 'asctime', level: 'levelname', msg: 'message' }),
  keys: (value) => Array.isArray(value) && value.join() === 'time,level,msg',
};

const OUR_FIELDS: ReadonlySet<string> = new Set(['asctime', 'levelname', 'message']);

/**
 * Which of our formats the formatter of a handler comes nearest to; `undefined` where none does, or where it names none. Formatters
 * are found by the name of their class: those of the established tool, and those that they are made of.
 */
export function formatOf(handler: ConfigNode, formatters: ConfigNode | undefined): LogFormat | undefined {
  const named = handler.get('formatter');
  const name = named?.text();
  if (named === undefined || name === undefined) return undefined;
  const formatter = formatters?.get(name)?.mapping();
  if (formatter === undefined) {
    named.warn(`names ${shown(name)}, which is not under \`formatters\`: it is ignored`);
    return undefined;
  }
  const factory = formatter.get('()') ?? formatter.get('class');
  const className = factory?.text() ?? '';
  const format = /json\w*$/i.test(className) ? 'JSON' : /logfm(t|ter)\w*$/i.test(className) ? 'LOGFMT' : undefined;
  if (format === undefined) {
    (factory ?? formatter).warn('is neither JSON nor LOGFMT: records look as LOG_FORMAT says');
    return undefined;
  }
  for (const key of formatter.keys()) {
    if (key === '()' || key === 'class') continue;
    const setting = formatter.get(key);
    const isOurs = OURS[key === 'fmt' ? 'format' : key];
    if (setting !== undefined && !isOurs?.(setting.value)) {
      setting.warn('is not supported: a record has time, level and msg, and then its fields');
    }
  }
  return format;
}

/** `%(levelname)s %(message)s` → `levelname`, `message`. */
function fieldsOf(format: string): readonly string[] {
  return [...format.matchAll(/%\((\w+)\)/g)].map(([, field = '']) => field);
}

function hasOnly(mapping: Readonly<Record<string, unknown>>, known: Readonly<Record<string, string>>): boolean {
  return Object.entries(mapping).every(([key, value]) => known[key] === value);
}
