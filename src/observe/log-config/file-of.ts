import { type ConfigNode, shown } from './config-node.js';
import type { LogFileOptions, LogRotation, TimeUnit } from './log-config.js';

export type FileHandlerKind = 'plain' | 'watched' | 'by-size' | 'by-time';

const UNITS: Readonly<Record<string, TimeUnit>> = {
  S: 'second',
  M: 'minute',
  H: 'hour',
  D: 'day',
  MIDNIGHT: 'midnight',
};

/** The file of a handler; `undefined` when it names none that we could write. */
export function fileOf(handler: ConfigNode, kind: FileHandlerKind): LogFileOptions | undefined {
  const path = handler.get('filename')?.text();
  if (path === undefined || path === '' || path.includes('\0')) {
    handler.warn('names no file: it is ignored');
    return undefined;
  }
  const encoding = handler.get('encoding');
  if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(String(encoding.value))) {
    encoding.warn('is not supported: the file is in UTF-8');
  }
  const rotation = rotationOf(handler, kind);
  const truncate = isTruncated(handler);
  // As in Python: with a limit, what an earlier life wrote is rotated, not lost.
  return { path, truncate: truncate && (rotation.type === 'none' || rotation.type === 'reopen'), rotation };
}

function isTruncated(handler: ConfigNode): boolean {
  const mode = handler.get('mode');
  const text = mode?.text();
  if (mode !== undefined && text !== undefined && text !== 'a' && text !== 'w') {
    mode.warn(`is expected to be "a" or "w", got ${shown(text)}: the file is appended to`);
  }
  return text === 'w';
}

function rotationOf(handler: ConfigNode, kind: FileHandlerKind): LogRotation {
  switch (kind) {
    case 'plain':
      return { type: 'none' };
    case 'watched':
      return { type: 'reopen' };
    case 'by-size': {
      const maxBytes = handler.get('maxBytes')?.count(0) ?? 0;
      const backups = handler.get('backupCount')?.count(0) ?? 0;
      if (maxBytes > 0 && backups > 0) return { type: 'by-size', maxBytes, backups };
      // As in Python, where zero in either means never.
      handler.warn(
        'never rotates, since that takes `maxBytes` and `backupCount` above 0: the file grows without a limit',
      );
      return { type: 'none' };
    }
    case 'by-time':
      return timeRotationOf(handler);
  }
}

function timeRotationOf(handler: ConfigNode): LogRotation {
  const when = handler.get('when');
  const name = when?.text() ?? 'H';
  const unit = UNITS[name.toUpperCase()];
  handler.get('atTime')?.warn('is not supported: the file is cut at midnight');
  if (unit === undefined) {
    (when ?? handler).warn('is not supported: expected S, M, H, D or midnight; the file grows without a limit');
    return { type: 'none' };
  }
  return {
    type: 'by-time',
    unit,
    every: handler.get('interval')?.count(1) ?? 1,
    backups: handler.get('backupCount')?.count(0) ?? 0,
    utc: handler.get('utc')?.flag() ?? false,
  };
}
