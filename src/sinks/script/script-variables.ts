import type { Notification } from '../../model.js';
import { toldSha256 } from '../notification-document.js';

export interface ScriptVariablesOptions {
  readonly folder: string;
  readonly batchId: string;
  /** The document with all of it, where it could be written. */
  readonly eventPath: string | undefined;
}

/** Linux takes 128 KiB for one variable, its name included, and for all a share of the stack: others want some, too. */
const FILES_MAX_BYTES = 65_536 - 'SIDECAR_FILES=\0'.length;

/**
 * What a script is told, as environment variables. `SIDECAR_FILES` has one line for each changed file, newest last: operation, path,
 * object, and SHA-256 where it may be told, divided by tabs; `\t`, `\n` and `\\` stand for these in a path. What does not
 * fit is left out, and `SIDECAR_FILES_TRUNCATED` is `true`.
 */
export function scriptVariables(
  { reason, changes }: Notification,
  { folder, batchId, eventPath }: ScriptVariablesOptions,
): Record<string, string> {
  let leftBytes = FILES_MAX_BYTES;
  const lines: string[] = [];
  for (const change of changes) {
    const { op, path, owner } = change;
    const line = `${op}\t${path.replace(/[\\\t\n]/g, escaped)}\t${owner}\t${toldSha256(change) ?? ''}\n`;
    leftBytes -= Buffer.byteLength(line);
    if (leftBytes < 0) break;
    lines.push(line);
  }
  return {
    SIDECAR_REASON: reason,
    SIDECAR_BATCH_ID: batchId,
    SIDECAR_FOLDER: folder,
    SIDECAR_CHANGED_COUNT: String(changes.length),
    SIDECAR_FILES: lines.join(''),
    SIDECAR_FILES_TRUNCATED: String(lines.length < changes.length),
    ...(eventPath !== undefined && { SIDECAR_EVENT_FILE: eventPath }),
  };
}

function escaped(character: string): string {
  return character === '\t' ? '\\t' : character === '\n' ? '\\n' : '\\\\';
}
