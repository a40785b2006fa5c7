import type { LogLevel } from '../logger.js';
import { type ConfigNode, shown } from './config-node.js';
import { type FileHandlerKind, fileOf } from './file-of.js';
import { formatOf } from './format-of.js';
import { levelOf, stricterLevel } from './level-of.js';
import type { LogFileTarget, LogTarget } from './log-config.js';

/** What a handler does with records: to the console, to a file, or nothing at all. */
export type Handler =
  | { readonly type: 'console'; readonly target: LogTarget }
  | { readonly type: 'file'; readonly target: LogFileTarget }
  | { readonly type: 'none' };

interface HandlerClass {
  readonly type: Handler['type'];
  readonly file?: FileHandlerKind;
  /** The settings that are read, or that mean nothing where text is UTF-8. Others are reported. */
  readonly settings: readonly string[];
}

const ALL = ['()', 'class', 'level', 'formatter'];
const FILE = [...ALL, 'filename', 'mode', 'encoding', 'delay', 'errors'];

/** Of a class in a message. */
const MAX_SHOWN_CLASS = 80;

const CLASSES: Readonly<Record<string, HandlerClass>> = {
  'logging.StreamHandler': { type: 'console', settings: [...ALL, 'stream'] },
  'logging.NullHandler': { type: 'none', settings: ALL },
  'logging.FileHandler': { type: 'file', file: 'plain', settings: FILE },
  'logging.handlers.WatchedFileHandler': { type: 'file', file: 'watched', settings: FILE },
  'logging.handlers.RotatingFileHandler': {
    type: 'file',
    file: 'by-size',
    settings: [...FILE, 'maxBytes', 'backupCount'],
  },
  'logging.handlers.TimedRotatingFileHandler': {
    type: 'file',
    file: 'by-time',
    settings: [...FILE, 'when', 'interval', 'backupCount', 'utc', 'atTime'],
  },
};

/** The container's own output by the name of a file. To open it as one would block, or lose lines. */
const CONSOLE = /^\/(dev\/(stdout|stderr)|proc\/(self|1)\/fd\/[12])$/;

/** `undefined` where we have nothing like it, which is reported. `defaults` are of the logger that it belongs to. */
export function handlerOf(
  handler: ConfigNode,
  formatters: ConfigNode | undefined,
  defaults: LogTarget,
): Handler | undefined {
  const named = handler.get('class') ?? handler.get('()');
  const className = named?.text();
  const known = className !== undefined && Object.hasOwn(CLASSES, className) ? CLASSES[className] : undefined;
  if (known === undefined) {
    const what = className === undefined ? 'is' : `is ${JSON.stringify(className.slice(0, MAX_SHOWN_CLASS))},`;
    (named ?? handler).warn(`${what} no handler that is supported (${Object.keys(CLASSES).join(', ')}): it is ignored`);
    return undefined;
  }
  reportUnknown(handler, known.settings);
  const level: LogLevel = stricterLevel(defaults.level, levelOf(handler) ?? 'DEBUG');
  const target: LogTarget = { level, format: formatOf(handler, formatters) ?? defaults.format };
  if (known.type === 'none') return { type: 'none' };
  if (known.file === undefined) {
    reportStream(handler.get('stream'));
    return { type: 'console', target };
  }
  const file = fileOf(handler, known.file);
  if (file === undefined) return undefined;
  return CONSOLE.test(file.path) ? { type: 'console', target } : { type: 'file', target: { ...target, file } };
}

function reportUnknown(handler: ConfigNode, settings: readonly string[]): void {
  for (const key of handler.keys()) {
    if (settings.includes(key)) continue;
    const what = key === 'filters' ? 'no record is filtered' : 'it is ignored';
    handler.get(key)?.warn(`is not supported: ${what}`);
  }
}

/** Python's own default is stderr. To a container's log both are the same, so only who asked for it is told. */
function reportStream(stream: ConfigNode | undefined): void {
  if (stream === undefined || stream.value === 'ext://sys.stdout') return;
  stream.warn(`is ${shown(stream.value)}: records go to stdout`);
}
