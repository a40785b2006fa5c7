import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Something that no reader may ever see of a living object's file. */
export interface ReaderFault {
  readonly path: string;
  readonly fault: 'partial' | 'missing' | 'unreadable';
  /** For a partial file its length and first bytes, else the errno's name. */
  readonly detail: string;
  /** `Date.now()` */
  readonly at: number;
}

export interface ReaderReport {
  /** How many times a file was read. */
  readonly reads: number;
  /** Files that were given and not read once yet: a claim about them would be empty. */
  readonly unread: number;
  /** The first hundred. */
  readonly faults: readonly ReaderFault[];
}

/** A reader of the published files, in a process of its own. Contents must come from `wholeContent`. */
export interface FolderReader {
  /** These files stand and their objects live: from now on none may be missing or partial. */
  watch(paths: readonly string[]): Promise<void>;
  /** To be awaited before their objects are deleted or moved. */
  forget(paths: readonly string[]): Promise<void>;
  report(): Promise<ReaderReport>;
  /** The last report; the process is gone. */
  stop(): Promise<ReaderReport>;
}

/** Starts a process that reads the files given to it as fast as one core allows, looking for what is not whole. */
export async function startFolderReader(): Promise<FolderReader> {
  const child = fork(new URL('./folder-reader-process.mjs', import.meta.url).pathname, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'spawn');
  const waiting = new Map<number, (report: ReaderReport) => void>();
  let lastId = 0;
  let ended: Error | undefined;
  child.on('message', ({ id, ...report }: { id: number } & ReaderReport) => {
    waiting.get(id)?.(report);
    waiting.delete(id);
  });
  const exited = once(child, 'exit').then(([code, signal]) => {
    ended = new Error(`The folder reader ended by itself: ${code ?? signal}`);
  });

  const ask = async (type: 'watch' | 'forget' | 'report', paths: readonly string[] = []): Promise<ReaderReport> => {
    const id = ++lastId;
    const answer = new Promise<ReaderReport>((resolve) => waiting.set(id, resolve));
    if (!ended) child.send({ id, type, paths });
    const report = await Promise.race([answer, exited]);
    if (!report) throw ended;
    return report;
  };

  return {
    watch: async (paths) => void (await ask('watch', paths)),
    forget: async (paths) => void (await ask('forget', paths)),
    report: () => ask('report'),
    async stop() {
      const report = await ask('report');
      child.disconnect();
      await exited;
      return report;
    },
  };
}
