import type { Leadership } from '../leadership.js';
import {
  type FileOutcome,
  type FolderStatus,
  type NotificationOutcome,
  type Scope,
  type SidecarEvent,
  scopeName,
  type ValidationRun,
} from '../model.js';
import { FaultEpisodes } from './fault-episodes.js';
import { FileFaults, faultGroup } from './file-faults.js';
import type { LogFields } from './log-fields.js';
import type { Logger } from './logger.js';
import { RecentKeys } from './recent-keys.js';

export interface LogEventsOptions {
  /** Milliseconds, from any fixed point. */
  readonly clock: () => number;
  /** A fault that comes and goes is said once in this time. @default 60_000 */
  readonly quietMs?: number;
  /** Refusals and conflicts that are remembered as said. @default 10_000, some 2 MB */
  readonly maxRemembered?: number;
}

/**
 * Turns what the pipeline says of itself into lines. A change of a file is one line at INFO; a fault is one line when
 * it begins and one when it ends, whatever the number of tries between; everything else is at DEBUG.
 */
export function logEvents(logger: Logger, options: LogEventsOptions): (event: SidecarEvent) => void {
  const { clock, quietMs = 60_000, maxRemembered = 10_000 } = options;
  const episodes = new FaultEpisodes({ clock, quietMs });
  const refusals = new RecentKeys(maxRemembered);
  const conflicts = new RecentKeys(maxRemembered);
  const fileFaults = new FileFaults();
  const counts = { created: 0, updated: 0, unchanged: 0, removed: 0, absent: 0, failed: 0, refused: 0 };
  const objects = new Map<Scope, number>();
  let synced = false;

  function logFile(outcome: FileOutcome): void {
    counts[outcome.op]++;
    const { op, path, owner } = outcome;
    const ended = fileFaults.take(outcome);
    if (op !== 'failed' && episodes.works(`url ${path}`)) {
      const gone = op === 'removed' || op === 'absent';
      logger.info(gone ? `the URL of ${path} is not wanted any more` : `fetched the URL of ${path} again`, {
        object: owner,
      });
    }
    const mended = ended !== undefined && episodes.works(`files ${ended}`);
    if (mended && op !== 'failed') logger.info(`files can be written again after ${ended}`, { path });
    if (op === 'created' || op === 'updated') {
      const { size, sha256 } = outcome;
      logger.info(`wrote ${path}`, { op, object: owner, size, sha256: sha256.slice(0, 12) });
    } else if (op === 'removed') {
      logger.info(`removed ${path}`, { object: owner });
    } else if (op === 'failed') {
      const { fault, code, message } = outcome.error;
      const said = episodes.fails(`files ${faultGroup(outcome)}`);
      const log = said ? logger[fault === 'disk' ? 'error' : 'warning'] : logger.debug;
      log(message, { path, object: owner, code });
    } else {
      logger.debug(`${op} ${path}`, { object: owner });
    }
  }

  function logFolder(status: FolderStatus): void {
    if (status.state === 'replaced') logger.warning('FOLDER is another directory now: everything is written again');
    else if (status.state === 'journal-failed') {
      const log = episodes.fails('journal') ? logger.error : logger.debug;
      log('the journal of owned files cannot be written: new files wait', { error: status.error });
    } else if (status.state === 'journal-recovered') {
      const log = episodes.works('journal') ? logger.info : logger.debug;
      log('the journal of owned files can be written again');
    } else {
      const log = episodes.fails('journal line') ? logger.warning : logger.debug;
      log('a line of the journal of owned files was ignored', { reason: status.reason });
    }
  }

  function logNotification(outcome: NotificationOutcome): void {
    const { target, tries } = outcome;
    const fields: LogFields = { target, status: outcome.status, tries };
    if (outcome.op === 'told') {
      const again = episodes.works(`target ${target}`);
      logger.info(again ? `told ${target}, which had failed before` : `told ${target}`, fields);
    } else if (outcome.retryInMs === undefined) {
      logger.error(`could not tell ${target}, given up: ${outcome.message}`, fields);
    } else {
      const log = episodes.fails(`target ${target}`, String(outcome.status)) ? logger.warning : logger.debug;
      log(`could not tell ${target}, will try again: ${outcome.message}`, {
        ...fields,
        retryInSeconds: outcome.retryInMs / 1000,
      });
    }
  }

  function logValidation({ result, objects, message, retryInMs }: ValidationRun): void {
    if (result === 'not-run') {
      const log = episodes.fails('validator') ? logger.error : logger.debug;
      log(`VALIDATE gave no answer, the files wait: ${message}`, { objects, retryInSeconds: (retryInMs ?? 0) / 1000 });
    } else {
      if (result !== 'undecided' && episodes.works('validator')) logger.info('VALIDATE answers again');
      logger.debug(`VALIDATE: ${result}`, { objects, reason: message });
    }
  }

  function logFailedSource(event: Extract<SidecarEvent, { type: 'failed' }>): void {
    const { scope, error, retryInMs } = event;
    const expected = error.code === 'expired';
    const said = !expected && episodes.fails(`source ${scopeId(scope)}`, `${error.code} ${error.status}`);
    const log = said ? logger.warning : logger.debug;
    log(error.message, {
      scope: scopeName(scope),
      code: error.code,
      status: error.status,
      retryInSeconds: retryInMs / 1000,
    });
  }

  function logLeadership(event: Leadership): void {
    if (event.state === 'failed') {
      const { code, message, retryInMs } = event;
      const log = episodes.fails('election', code) ? logger.warning : logger.debug;
      log(`no election: ${message}`, { code, retryInSeconds: retryInMs / 1000 });
    } else if (event.state === 'leading') {
      episodes.works('election');
      logger.info('this replica leads');
    } else if (event.ended === undefined) {
      episodes.works('election');
      logger.info('another replica leads', { leader: event.leader });
    } else {
      const log = event.ended === 'released' ? logger.info : logger.warning;
      log(`this replica leads no more: ${ENDED[event.ended]}`, { leader: event.leader });
    }
  }

  return (event) => {
    switch (event.type) {
      case 'leadership':
        return logLeadership(event);
      case 'file':
        return logFile(event);
      case 'folder':
        return logFolder(event);
      case 'notification':
        return logNotification(event);
      case 'url-failed': {
        const { path, owner, status, message, retryInMs } = event;
        const log = episodes.fails(`url ${path}`, String(status)) ? logger.warning : logger.debug;
        return log(message, { path, object: owner, status, retryInSeconds: retryInMs / 1000 });
      }
      case 'failed':
        return logFailedSource(event);
      case 'alive':
        if (episodes.works(`source ${scopeId(event.scope)}`))
          logger.info(`reached the ${scopeName(event.scope)} again`);
        return;
      case 'refused': {
        counts.refused++;
        const { key, entry, reason, message } = event;
        const log = refusals.changes(`${key} ${entry ?? ''}`, message) ? logger.warning : logger.debug;
        return log(message, { object: key, entry, reason });
      }
      case 'validation':
        return logValidation(event);
      case 'conflict': {
        const { path, winner, loser } = event;
        const log = conflicts.changes(path, `${winner} ${loser}`) ? logger.warning : logger.debug;
        return log(`two objects want ${path}: ${winner} has it, ${loser} waits`, { path, winner, loser });
      }
      case 'hook-output':
        return logger.debug(event.line, { target: event.target, stream: event.stream });
      case 'objects':
        objects.set(event.scope, event.count);
        return logger.debug(`${event.count} ${scopeName(event.scope)}`);
      case 'joined': {
        // At the start they are as many as there are namespaces.
        const log = synced ? logger.info : logger.debug;
        return log(`reading the ${scopeName(event.scope)}, which joined`);
      }
      case 'left':
        objects.delete(event.scope);
        episodes.works(`source ${scopeId(event.scope)}`);
        return logger.info(`the ${scopeName(event.scope)} left`);
      case 'init':
        return logger.debug(`listing the ${scopeName(event.scope)}`);
      case 'init-done':
        return logger.debug(`listed the ${scopeName(event.scope)}`);
      case 'listed':
        return logger.debug('every list is complete, and every file was tried');
      case 'event-failed': {
        const { namespace, error } = event;
        const log = episodes.fails(`events ${namespace}`, error.code) ? logger.warning : logger.debug;
        return log(`an Event could not be written: ${error.message}`, {
          namespace,
          code: error.code,
          status: error.status,
        });
      }
      case 'synced': {
        synced = true;
        const total = [...objects.values()].reduce((sum, count) => sum + count, 0);
        return logger.info('the initial sync is done', { objects: total, ...counts });
      }
    }
  };
}

const ENDED = {
  expired: 'the Lease was not renewed in time',
  taken: 'another one has the Lease',
  released: 'it is stopped',
};

function scopeId({ kind, namespace, fieldSelector }: Scope): string {
  return `${kind} ${namespace ?? ''} ${fieldSelector ?? ''}`;
}
