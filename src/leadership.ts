/**
 * Who of several replicas may act: the nouns of `electLeader`. Of one term there is one `leading` and then one `standing`, in this
 * order; before the first answer of the API server nothing is said, and nobody leads.
 */
export type Leadership = Leading | Standing | ElectionFailed;

/** We lead, from now on. What is to be done may have been done by another meanwhile: look before acting. */
export interface Leading {
  readonly type: 'leadership';
  readonly state: 'leading';
  readonly term: Term;
}

/** Another leads, or nobody does: not we. Whatever is under way ends now. */
export interface Standing {
  readonly type: 'leadership';
  readonly state: 'standing';
  /** The identity of who leads, where it is known. */
  readonly leader: string | undefined;
  /**
   * How our own term ended, where one did. `expired`: it was not renewed in time · `taken`: somebody else holds the Lease ·
   * `released`: we were stopped.
   */
  readonly ended?: 'expired' | 'taken' | 'released';
}

/** The Lease could not be read or written. Said once until it goes well again, or goes wrong in another way. */
export interface ElectionFailed {
  readonly type: 'leadership';
  readonly state: 'failed';
  /** Of the `SourceError`. With `forbidden` the message names the missing rule. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  readonly retryInMs: number;
}

/** The time for which one leads without a break. */
export interface Term {
  /**
   * Whether we may still act: ask right before each write. `false` also where the process slept through the end of its Lease and
   * knows nothing of it yet; once `false`, always.
   */
  mayAct(): boolean;
  /** How long we may act if it is not renewed any more: what a write may take at most. 0 when it is over. */
  remainingMs(): number;
}
