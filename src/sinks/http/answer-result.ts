import type { IncomingMessage } from 'node:http';
import { successText } from '../../request/success-rule.js';
import { retryAfterMs } from '../../retry-after.js';
import { readAnswer } from './exchange.js';
import type { Hop } from './follow-redirect.js';
import type { HttpTarget } from './http-target.js';
import { isSuccess, judgeAnswer } from './judge-answer.js';
import type { TryFailure, TryResult } from './try-result.js';

/**
 * What an answer says of the try. The status decides, and of a success the answer must come whole (up to a limit); with a rule on
 * the JSON also what stands in it. A refusal that the application gives itself (Fluent Bit: 400 and `"status":-2` while
 * another reload runs) passes, as a 503 does; of a 5xx that is known without the body. Rejects when the answer breaks off.
 */
export async function answerResult(
  hop: Hop,
  request: string,
  target: HttpTarget,
  answer: IncomingMessage,
): Promise<TryResult> {
  const { statusCode: status = 0, headers } = answer;
  const { success } = target;
  const failed = (kind: TryFailure['kind'], reason: string, more: Partial<TryFailure> = {}): TryFailure => {
    const message = `${request} answered ${status}${reason}, expected ${successText(success)}${more.message ?? ''}.`;
    return { op: 'failed', kind, status, ...more, message };
  };
  if (isSuccess(success, status)) {
    const body = await readAnswer(answer);
    const verdict = success.json && judgeAnswer(success.json, body);
    if (verdict === undefined || verdict.ok) return { op: 'told', status };
    return failed('status', ` ${verdict.reason}`, { passing: verdict.isDeliberate });
  }
  if (status === 401 || status === 403) {
    answer.destroy();
    const isOwn = hop.url.origin === target.url.origin;
    return failed('auth', '', isOwn ? {} : { message: `; credentials go to ${target.url.origin} only` });
  }
  const waitMs = retryAfterMs(headers['retry-after'], Date.now());
  if (success.json !== undefined && status < 500) {
    const verdict = judgeAnswer(success.json, await readAnswer(answer));
    if (!verdict.ok && verdict.isDeliberate) {
      return failed('status', ` ${verdict.reason}`, { passing: true, retryAfterMs: waitMs });
    }
  }
  answer.destroy();
  return failed('status', '', { retryAfterMs: waitMs });
}
