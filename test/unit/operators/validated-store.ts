import { finalize, map, type Observable, of, timer } from 'rxjs';
import type { HookOutput, ObjectKey, ReadyFile, SidecarEvent, WritePlan } from '../../../src/model.js';
import type { ValidatePlansOptions } from '../../../src/operators/validate-plans.js';
import type { Verdict } from '../../../src/operators/validation-round.js';

interface Standing {
  owner: ObjectKey;
  content: string;
}

/** A folder in memory, with the rules of the file store that concern owners, and a validator that is asked about it. */
export class ValidatedStore {
  readonly files = new Map<string, Standing>();
  /** The candidates that were asked about, as `path=content …`. */
  readonly asked: string[] = [];
  readonly discarded: string[] = [];
  running = 0;

  /** Paths and contents, in the order of paths. */
  get shown(): string {
    return shownFiles(new Map([...this.files].map(([path, { content }]) => [path, content])));
  }

  publish(plan: WritePlan): void {
    for (const { owner, path } of plan.pending ?? []) {
      const standing = this.files.get(path);
      if (standing !== undefined) standing.owner = owner;
    }
    for (const { owner, file } of plan.writes) this.files.set(file.path, { owner, content: contentOf(file) });
    for (const { owner, path } of plan.removes) if (this.files.get(path)?.owner === owner) this.files.delete(path);
  }

  /** What `decide` says of the files as they would be, after `runMs`. */
  options(decide: (candidate: string) => Verdict, runMs = 3): ValidatePlansOptions {
    return {
      quietMs: 1,
      maxWaitMs: 5,
      staleWaitMs: 20,
      backoff: { baseMs: 10, maxMs: 40, random: () => 0 },
      undecidedBackoff: { baseMs: 100, maxMs: 400, random: () => 0 },
      published: () => new Map([...this.files].map(([path, { owner }]) => [path, owner])),
      discard: ({ path, staged }) => this.discarded.push(`${path}=${staged.sha256}`),
      changes: (plan) => this.candidate(plan) !== this.shown,
      validate: (plan): Observable<HookOutput | Verdict> => {
        const candidate = this.candidate(plan);
        this.asked.push(candidate);
        this.running += 1;
        const verdict$ = runMs === 0 ? of(decide(candidate)) : timer(runMs).pipe(map(() => decide(candidate)));
        return verdict$.pipe(
          finalize(() => {
            this.running -= 1;
          }),
        );
      },
    };
  }

  candidate(plan: WritePlan): string {
    const files = new Map([...this.files].map(([path, { content }]) => [path, content]));
    for (const { path } of plan.removes) files.delete(path);
    for (const { file } of plan.writes) files.set(file.path, contentOf(file));
    return shownFiles(files);
  }
}

function shownFiles(files: ReadonlyMap<string, string>): string {
  return [...files]
    .map(([path, content]) => `${path}=${content}`)
    .sort()
    .join(' ');
}

/** A staged file's hash stands for its content here. */
function contentOf(file: ReadyFile): string {
  return 'bytes' in file ? Buffer.from(file.bytes).toString() : file.staged.sha256;
}

export const yes: Verdict = { type: 'verdict', says: 'yes' };
export const no: Verdict = { type: 'verdict', says: 'no', message: '/v exited with 1' };
export const none: Verdict = { type: 'verdict', says: 'none', message: '/v did not end within 1 s' };
export const notRun: Verdict = { type: 'verdict', says: 'not-run', message: '/v could not be run (ENOENT)' };

/** `!` in a content is bad, `?` brings the validator to no end. */
export const strict = (candidate: string): Verdict =>
  candidate.includes('?') ? none : candidate.includes('!') ? no : yes;

/** Object `a` wants these: `/x=1` a file, `-/x` none, `~/x` one that is still to come, `/x*1` a staged one. */
export function planOf(...wants: readonly string[]): WritePlan {
  const plan = {
    type: 'plan' as const,
    writes: [] as WritePlan['writes'][number][],
    removes: [] as WritePlan['removes'][number][],
  };
  const pending: NonNullable<WritePlan['pending']>[number][] = [];
  for (const want of wants) {
    const [, name, op, path = '', mark, content = ''] = /^(\w+):([-~]?)(\/\w+)([=*]?)(.*)$/.exec(want) ?? [];
    const owner: ObjectKey = `configmap/default/${name}`;
    if (op === '-') plan.removes.push({ owner, path });
    else if (op === '~') pending.push({ owner, path });
    else if (mark === '*')
      plan.writes.push({ owner, file: { path, staged: { stagedAt: `/s${path}`, sha256: content, size: 1 } } });
    else plan.writes.push({ owner, file: { path, bytes: Buffer.from(content) } });
  }
  return pending.length > 0 ? { ...plan, pending } : plan;
}

/** The other way round; a run as `passed 2`, a refusal as `refused a`. */
export function shownEvent(event: SidecarEvent | WritePlan): string {
  switch (event.type) {
    case 'plan': {
      const name = (owner: ObjectKey) => owner.slice('configmap/default/'.length);
      return [
        ...event.writes.map(({ owner, file }) => `${name(owner)}:${file.path}=${contentOf(file)}`),
        ...event.removes.map(({ owner, path }) => `${name(owner)}:-${path}`),
        ...(event.pending ?? []).map(({ owner, path }) => `${name(owner)}:~${path}`),
      ].join(' ');
    }
    case 'validation':
      return `${event.result} ${event.objects}${event.retryInMs === undefined ? '' : ` ${event.retryInMs}`}`;
    case 'refused':
      return `refused ${event.key.slice('configmap/default/'.length)}`;
    default:
      return event.type;
  }
}
