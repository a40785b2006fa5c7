import { CORE_SCHEMA, load, mergeTag, parseEvents, YAMLException } from 'js-yaml';
import { ConfigNode, type Report } from './config-node.js';
import { type Handler, handlerOf } from './handler-of.js';
import { keyLines, pathKey } from './key-lines.js';
import { levelOf } from './level-of.js';
import type { LogConfig, LogTarget } from './log-config.js';
import { readConfigText } from './read-config-text.js';

/** The name by which the established tool's own records go. */
const OUR_LOGGER = 'k8s-sidecar';

/** Python's dictConfig has these, and nothing else. */
const KNOWN = [
  'version',
  'formatters',
  'filters',
  'handlers',
  'loggers',
  'root',
  'disable_existing_loggers',
  'incremental',
];

const MAX_WARNINGS = 20;

/**
 * Reads a logging configuration in the schema of Python's `logging.config.dictConfig`, in YAML: what a handler of the root logger,
 * or of the logger `k8s-sidecar`, does with records, as far as we have the like. `defaults` hold for what it does not say.
 *
 * Never throws. Everything that is not done as it says is one warning that names key and line; what nobody uses is not looked at.
 */
export function readLogConfig(path: string, defaults: LogTarget): LogConfig {
  const warnings: string[] = [];
  const warn = (where: string, problem: string) => warnings.push(`LOG_CONFIG: ${path}${where} ${problem}.`);
  const nothing = (where: string, problem: string): LogConfig => {
    warn(where, problem);
    return { console: defaults, files: [], warnings };
  };

  const read = readConfigText(path);
  if ('problem' in read) return nothing('', `${read.problem}: LOG_LEVEL and LOG_FORMAT hold`);
  let document: unknown;
  let lines: ReadonlyMap<string, number>;
  try {
    // Python's parser merges `<<`, too, and does not take `y` and `n` for true and false, as YAML 1.1 does.
    document = load(read.text, { schema: CORE_SCHEMA.withTags(mergeTag) });
    lines = keyLines(read.text, parseEvents(read.text, {}));
  } catch (error) {
    // The parser's own message quotes the text.
    const line = error instanceof YAMLException && error.mark ? `, line ${error.mark.line + 1},` : '';
    return nothing(line, 'is not YAML: LOG_LEVEL and LOG_FORMAT hold');
  }

  const report: Report = (keyPath, problem) => warn(whereOf(keyPath, lines), problem);
  const config = new ConfigNode(document, [], report).mapping();
  if (config === undefined) return { console: defaults, files: [], warnings };
  const targets = targetsOf(config, defaults);
  return { ...targets, warnings: limited(warnings, path) };
}

function targetsOf(config: ConfigNode, defaults: LogTarget): Omit<LogConfig, 'warnings'> {
  if (config.get('version')?.value !== 1)
    (config.get('version') ?? config).warn('has no `version` 1: it is read as one');
  for (const key of config.keys()) if (!KNOWN.includes(key)) config.get(key)?.warn('is unknown: it is ignored');
  for (const key of ['disable_existing_loggers', 'incremental'])
    if (config.get(key)?.flag()) config.get(key)?.warn('means nothing here: there is one logger');

  const loggers = config.get('loggers')?.mapping();
  for (const name of loggers?.keys() ?? [])
    if (name !== OUR_LOGGER && name !== '') loggers?.get(name)?.warn('is a logger that there is not: it is ignored');

  const root = (config.get('root') ?? loggers?.get(''))?.mapping();
  const ours = loggers?.get(OUR_LOGGER)?.mapping();
  for (const logger of [root, ours]) logger?.get('filters')?.warn('is not supported: no record is filtered');

  const isSet = ours?.get('level') !== undefined && ours.get('level')?.value !== 'NOTSET';
  const level = (isSet && ours ? levelOf(ours) : undefined) ?? (root && levelOf(root)) ?? defaults.level;
  const propagates = ours?.get('propagate')?.flag() ?? true;
  const named = [ours, propagates ? root : undefined].flatMap((logger) => logger?.get('handlers')?.items() ?? []);
  return sortOut(handlersOf(config, named, { ...defaults, level }), { ...defaults, level });
}

function handlersOf(config: ConfigNode, named: readonly ConfigNode[], defaults: LogTarget): readonly Handler[] {
  const defined = config.get('handlers')?.mapping();
  const formatters = config.get('formatters')?.mapping();
  const handlers = new Map<string, Handler>();
  for (const item of named) {
    const name = item.text();
    if (name === undefined || handlers.has(name)) continue;
    const entry = defined?.get(name)?.mapping();
    if (entry === undefined) item.warn('names a handler that is not under `handlers`: it is ignored');
    const handler = entry && handlerOf(entry, formatters, defaults);
    const isSecond = handler?.type === 'console' && [...handlers.values()].some(({ type }) => type === 'console');
    if (isSecond) item.warn('is a second handler for the console: each record goes there once');
    else if (handler !== undefined) handlers.set(name, handler);
  }
  return [...handlers.values()];
}

/** Where nothing is left that records could go to, they go to the console: a log that is silent helps nobody. */
function sortOut(handlers: readonly Handler[], defaults: LogTarget): Omit<LogConfig, 'warnings'> {
  const files = handlers.filter((handler) => handler.type === 'file').map(({ target }) => target);
  const console = handlers.find((handler) => handler.type === 'console')?.target;
  return { console: console ?? (files.length === 0 ? defaults : undefined), files };
}

/** ` , line 7, \`handlers.file\``: of what was merged, or stands for itself, the next key above that has a line. */
function whereOf(path: readonly string[], lines: ReadonlyMap<string, number>): string {
  const name = path.length === 0 ? '' : ` \`${path.join('.').slice(0, 100)}\``;
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(pathKey(path.slice(0, length)));
    if (line !== undefined) return `, line ${line}:${name}`;
  }
  return `:${name}`;
}

function limited(warnings: readonly string[], path: string): readonly string[] {
  if (warnings.length <= MAX_WARNINGS) return warnings;
  const more = warnings.length - MAX_WARNINGS;
  return [...warnings.slice(0, MAX_WARNINGS), `LOG_CONFIG: ${path} has ${more} more settings that are not supported.`];
}
