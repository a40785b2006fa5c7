import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import type { Listed, ObjectKey, SidecarEvent, WritePlan } from '../../../../src/model.js';
import { through } from '../../../../src/operators/through.js';
import { validatePlans } from '../../../../src/operators/validate-plans.js';
import { openFileStore } from '../../../../src/sinks/files/file-store.js';
import { writeFiles } from '../../../../src/sinks/files/write-files.js';
import { openValidator } from '../../../../src/sinks/validate/open-validator.js';
import { put, temporaryFolder } from './folders.js';

/** Two files of each object; `bad` in one of them refuses both. */
function planOf(folder: string, name: string, isBad: boolean): WritePlan {
  const owner: ObjectKey = `configmap/default/${name}`;
  const file = (path: string, content: string) => ({
    owner,
    file: { path: join(folder, path), bytes: Buffer.from(content) },
  });
  return { type: 'plan', writes: [file(name, 'good'), file(`${name}.more`, isBad ? 'bad' : 'good')], removes: [] };
}

it('on a real folder, with a real command, exactly the good objects are published, and nothing bad is ever seen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), async (areBad) => {
      const [folder, validateFolder] = [temporaryFolder(), temporaryFolder()];
      const file = put(join(temporaryFolder(), 'validate'), '#!/bin/sh\n! grep -rq bad "$SIDECAR_CANDIDATE"\n', 0o755);
      const store = openFileStore({
        folder,
        allowedRoots: [],
        fileWrite: 'atomic',
        state: 'off',
        identity: '0123456789abcdef',
        folderAnnotation: 'folder',
        uniqueFilenames: false,
        readMountInfo: () => undefined,
      });
      onTestFinished(() => store.close());
      const validator = openValidator({
        file,
        validateFolder,
        folder,
        identity: '0123456789abcdef',
        roots: () => store.layout().roots,
        published: () => store.owned(),
        platform: 'linux',
        env: { PATH: process.env['PATH'] ?? '' },
        timeoutMs: 10_000,
        kill: (pid, signal) => process.kill(pid, signal),
      });
      const plans = areBad.map((isBad, at) => planOf(folder, `o${at}`, isBad));
      const read = () => readdirSync(folder).filter((name) => !name.startsWith('.ks-'));
      const said = await lastValueFrom(
        from<(WritePlan | Listed)[]>([...plans, { type: 'listed' }]).pipe(
          validatePlans<Listed>({ ...validator, published: () => store.owned(), quietMs: 1 }),
          through(['plan'], writeFiles(store)),
          tap(() => {
            for (const name of read()) expect(readFileSync(join(folder, name), 'utf8')).toBe('good');
          }),
          toArray(),
        ),
      );
      const good = areBad.flatMap((isBad, at) => (isBad ? [] : [`o${at}`, `o${at}.more`]));
      expect(read().sort()).toEqual(good.sort());
      const refused = (said as SidecarEvent[]).flatMap((event) => (event.type === 'refused' ? [event.key] : []));
      expect(refused.sort()).toEqual(areBad.flatMap((isBad, at) => (isBad ? [`configmap/default/o${at}`] : [])).sort());
      expect(said.at(-1)).toEqual({ type: 'listed' });
      expect(readdirSync(validateFolder)).toEqual([]);
    }),
    { numRuns: 6 },
  );
}, 60_000);
