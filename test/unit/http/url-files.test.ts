import * as fs from 'node:fs';
import { join } from 'node:path';
import { Subject, tap } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchUrl } from '../../../src/http/fetch-url.js';
import type { FileOutcome, FolderStatus, PathPlan, SidecarEvent, WritePlan } from '../../../src/model.js';
import { batchPlans } from '../../../src/operators/batch-plans.js';
import { fetchUrls } from '../../../src/operators/fetch-urls.js';
import { through } from '../../../src/operators/through.js';
import { writeFiles } from '../../../src/sinks/files/write-files.js';
import { A, openStore } from '../sinks/files/support/store.js';
import { temporaryFolder } from '../sinks/files/support/temporary-folder.js';
import { type Answer, startServer, status } from '../sinks/http/start-server.js';
import { fetchOptions } from './fetching.js';

/** Plans to files, as the sidecar puts the parts together. */
function pipeline(folder: string) {
  const store = openStore(folder, { endOfTurn: (end) => void setImmediate(end) });
  const plans$ = new Subject<PathPlan | { readonly type: 'listed' }>();
  const written$ = new Subject<FileOutcome | FolderStatus>();
  const seen: string[] = [];
  const subscription = plans$
    .pipe(
      batchPlans(),
      fetchUrls({
        fetch: (request) => fetchUrl(request, fetchOptions({ openStage: (path) => store.stage(path) })),
        holds: (path, content) => store.holds(path, content),
        written$,
        retry: { retryTotal: 0, retryConnect: 0, retryRead: 0, backoffFactor: 1 },
      }),
      through(['plan'], writeFiles(store)),
      tap((event) => (event.type === 'file' || event.type === 'folder') && written$.next(event)),
    )
    .subscribe((event: SidecarEvent | WritePlan) => {
      if (event.type !== 'published') seen.push(event.type === 'file' ? event.op : event.type);
    });
  onTestFinished(() => subscription.unsubscribe());
  const want = (path: string, href: string) =>
    plans$.next({ type: 'plan', writes: [{ owner: A, file: { path, url: { entry: 'a.url', href } } }], removes: [] });
  return { store, plans$, seen, want, subscription };
}

const content = (text: string): Answer => status(200, { etag: `"${text}"` }, text);
const names = (folder: string) => fs.readdirSync(folder).filter((name) => !name.startsWith('.ks-state'));

describe('the file of a URL', () => {
  it('holds the last good content, whatever comes after it, and is asked for only if it has changed', async () => {
    await using server = await startServer([content('one'), status(500, {}, 'sorry'), status(304), content('two')]);
    const folder = temporaryFolder();
    const { want, seen, plans$ } = pipeline(folder);
    const path = join(folder, 'a');
    const href = `http://127.0.0.1:${server.port}/`;
    want(path, href);
    plans$.next({ type: 'listed' });
    await expect.poll(() => seen).toEqual(['created', 'listed']);
    expect(fs.readFileSync(path, 'utf8')).toBe('one');
    want(path, href);
    await expect.poll(() => seen.slice(2)).toEqual(['url-failed']);
    expect(fs.readFileSync(path, 'utf8')).toBe('one');
    expect(server.requests[1]?.headers['if-none-match']).toBe('"one"');
    expect(names(folder)).toEqual(['a']);
  });

  it('is fetched as a whole after a restart, and where somebody has changed it', async () => {
    await using server = await startServer([content('one'), content('one'), status(304), content('one')]);
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    const href = `http://127.0.0.1:${server.port}/`;
    const first = pipeline(folder);
    first.want(path, href);
    await expect.poll(() => first.seen).toEqual(['created']);
    first.subscription.unsubscribe();
    const second = pipeline(folder);
    second.want(path, href);
    await expect.poll(() => second.seen).toEqual(['unchanged']);
    expect(server.requests[1]?.headers['if-none-match']).toBeUndefined();
    fs.writeFileSync(path, 'spoilt');
    second.want(path, href);
    await expect.poll(() => second.seen).toEqual(['unchanged', 'updated']);
    expect(fs.readFileSync(path, 'utf8')).toBe('one');
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      '"one"',
      undefined,
    ]);
  });

  it('that is given up on the way leaves nothing', async () => {
    await using server = await startServer([(response) => void response.writeHead(200).write('half')]);
    const folder = temporaryFolder();
    const { want, plans$, subscription } = pipeline(folder);
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    want(a, `http://127.0.0.1:${server.port}/a`);
    want(b, `http://127.0.0.1:${server.port}/b`);
    await expect.poll(() => names(folder).length).toBe(2);
    plans$.next({ type: 'plan', writes: [], removes: [{ owner: A, path: a }] });
    expect(names(folder)).toHaveLength(1);
    subscription.unsubscribe();
    expect(names(folder)).toEqual([]);
    await expect.poll(() => server.sockets.size).toBe(0);
  });
});
