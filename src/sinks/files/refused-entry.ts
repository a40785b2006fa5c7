import type { Refusal } from '../../model.js';

/** Why an object or one of its keys is not published, before it is known whose. */
export type RefusedEntry = Pick<Refusal, 'reason' | 'message'>;
