import type { ManifestNews } from './apply-manifests.js';
import { manifestLine } from './manifest-line.js';
import { plainLog } from './plain-log.js';
import type { Reload } from './receive-reloads.js';

export interface NarratorOptions {
  readonly write: (text: string) => void;
  /** Whether the sidecar's log becomes plain words; else it is shown as it is. */
  readonly plain: boolean;
  /** Whether the application is ours, and so is heard of through `reload`. */
  readonly ownApplication: boolean;
}

/** Tells, line by line, what happens on all sides. */
export interface Narrator {
  /** What is told before waits until then. */
  readonly begin: (text: string) => void;
  readonly say: (line: string) => void;
  readonly news: (news: ManifestNews) => void;
  /** A line of the sidecar's log, with its line feed. */
  readonly log: (line: string) => void;
  readonly reload: (reload: Reload) => void;
}

export function createNarrator({ write, plain, ownApplication }: NarratorOptions): Narrator {
  const waiting: string[] = [];
  let begun = false;
  /** Of files, since the last reload. */
  let changes = 0;

  function say(line: string): void {
    if (begun) write(`${line}\n`);
    else waiting.push(line);
  }

  function begin(text: string): void {
    begun = true;
    for (const line of [text, ...waiting.splice(0)]) say(line);
  }

  function news(one: ManifestNews): void {
    const line = manifestLine(one);
    if (line !== undefined) say(line);
  }

  function log(line: string): void {
    const words = plainLog(line, { toldElsewhere: ownApplication });
    if (words === undefined) return;
    if (/^(wrote|removed) /.test(words)) changes++;
    say(words);
  }

  function reload({ method, path }: Reload): void {
    const what = changes === 1 ? '1 change' : changes === 0 ? 'owed from before' : `${changes} changes`;
    changes = 0;
    // How many there were is known only from the log that is ours to read.
    say(`reload received: ${method} ${path}${plain ? ` (${what})` : ''}`);
  }

  return { begin, say, news, log: plain ? log : write, reload };
}
