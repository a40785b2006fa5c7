import type { ObjectKey, RefusalReason, SidecarEvent } from '../../model.js';

/** What an object's Event says. */
export interface Notice {
  readonly object: ObjectKey;
  /** Which part of the object it is about: its newest notice replaces older ones. */
  readonly about: string;
  /** In CamelCase, as the API's conventions ask for: tools select by it. */
  readonly reason: string;
  readonly message: string;
}

const REASONS: Readonly<Record<RefusalReason, string>> = {
  path: 'PathRefused',
  'name-too-long': 'NameTooLong',
  base64: 'InvalidBase64',
  gzip: 'InvalidGzip',
  'reserved-name': 'NameReserved',
  'duplicate-path': 'DuplicatePath',
  url: 'UrlRefused',
  validation: 'ValidationFailed',
  dashboard: 'InvalidDashboard',
};

/**
 * The notice that an event is worth: something of an object is not published, and who wrote the object can mend it. The message is
 * the log's. A fault of the disk, or of a target, is nothing that the object's owner could do anything about.
 */
export function noticeOf(event: SidecarEvent): Notice | undefined {
  switch (event.type) {
    case 'refused': {
      const { key, entry, reason, message } = event;
      return { object: key, about: `entry ${entry ?? ''}`, reason: REASONS[reason], message };
    }
    case 'conflict': {
      const { path, winner, loser } = event;
      const message = `two objects want ${path}: ${winner} has it, ${loser} waits`;
      return { object: loser, about: `path ${path}`, reason: 'PathConflict', message };
    }
    case 'file':
      return event.op === 'failed' && event.error.fault === 'object'
        ? { object: event.owner, about: `path ${event.path}`, reason: 'FileNotWritten', message: event.error.message }
        : undefined;
    default:
      return undefined;
  }
}
