import { firstValueFrom, takeUntil, timer } from 'rxjs';
import type { Answer, BodyLimit } from '../answer.js';
import type { Fault } from '../embedded-kubernetes.js';
import { StatusError } from '../status.js';
import type { GrafanaReply } from './grafana-call.js';

/** An answer, and when to come again. */
export interface SentReply extends GrafanaReply {
  readonly retryAfterSeconds?: number | undefined;
}

/** What a fault answers; `nothing` when it is the whole answer, `undefined` when the right one follows. */
export async function strikeFault(
  fault: Fault,
  isApis: boolean,
  answer: Answer,
): Promise<SentReply | 'nothing' | undefined> {
  switch (fault.type) {
    case 'delay':
      await firstValueFrom(timer(fault.delayMs).pipe(takeUntil(answer.closed$)), { defaultValue: 0 });
      return answer.isOver ? 'nothing' : undefined;
    case 'status': {
      const { status, reason, message = 'a fault that was asked for', retryAfterSeconds } = fault;
      const json = isApis ? new StatusError(status, reason, message).status : { message };
      return { status, json, retryAfterSeconds };
    }
    case 'cut':
      if (fault.afterBytes !== undefined) return undefined;
      answer.cut();
      return 'nothing';
    case 'silence':
      return fault.afterBytes === undefined ? 'nothing' : undefined;
  }
}

export function limitOf(fault: Fault | undefined): BodyLimit | undefined {
  const isLimit = (fault?.type === 'cut' || fault?.type === 'silence') && fault.afterBytes !== undefined;
  return isLimit ? { afterBytes: fault.afterBytes, effect: fault.type } : undefined;
}
