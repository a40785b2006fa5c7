import fc from 'fast-check';
import { expect, it } from 'vitest';
import { playSidecar } from './play-sidecar.js';
import { type Happening, names, type ScriptedServer, scriptedServer } from './scripted-server.js';

const script: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({
    // Around what the pipeline withholds: 5 ms of quiet, 10 ms of an idle group, 50 ms at most. Never the moment of one of
    // its timers: where both an `asap` and an interval are due, RxJS's TestScheduler loses count. 1024ths add up exactly.
    afterMs: fc.constantFrom(0, 0, ...[1, 2, 4, 5, 6, 9, 10, 49, 50].map((ms, index) => ms + (4 * index + 1) / 1_024)),
    what: fc.constantFrom('set', 'set', 'set', 'set', 'delete', 'cut', 'list', 'list'),
    name: fc.constantFrom(...names),
    gapMs: fc.constantFrom(0, 0, 1 + 1 / 1_024, 3 + 5 / 1_024, 20 + 9 / 1_024),
  }),
  { minLength: 1, maxLength: 40 },
);

const listFirst: Happening = { afterMs: 0, what: 'list', name: 'a', gapMs: 0 };

it('whatever happens, the files come to the newest state, and none is ever older than it was or than its removal', () => {
  fc.assert(
    fc.property(script, (happenings) => {
      const servers: ScriptedServer[] = [];
      const { history, files } = playSidecar(({ scheduler }) => {
        const server = scriptedServer(scheduler, [listFirst, ...happenings]);
        servers.push(server);
        return { source: () => server.events$ };
      });
      const [server] = servers;
      expect(files).toEqual(server?.files());
      const newest = new Map<string, number>();
      for (const entry of history) {
        const [ms = '', file = '', text = ''] = entry.split(' ');
        if (text === 'gone') continue;
        const version = Number(text.slice(1));
        expect(version).toBeGreaterThan(newest.get(file) ?? 0);
        expect(version).toBeGreaterThan(server?.goneBefore(file.slice(0, 1), Number(ms)) ?? 0);
        newest.set(file, version);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

it('whatever happens, also a file that several objects want is the newest of its owner, with contents fetched between', () => {
  fc.assert(
    fc.property(script, fc.constantFrom(0, 1 + 1 / 1_024, 7 + 5 / 1_024, 30 + 9 / 1_024), (happenings, takesMs) => {
      const servers: ScriptedServer[] = [];
      const { files } = playSidecar(({ scheduler }) => {
        const server = scriptedServer(scheduler, [listFirst, ...happenings], 'shared.txt');
        servers.push(server);
        return { source: () => server.events$, fetch: (key) => server.fetch(key, takesMs) };
      });
      expect(files).toEqual(servers[0]?.files());
    }),
    { numRuns: 150 },
  );
}, 60_000);
