import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { bundled } from './support/bundled.js';
import { openStore, plan } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const program = bundled('reader-program');

it('a reader never sees a part of a file, nor a gap, while everything is updated 300 times', async () => {
  const folder = temporaryFolder('/dev/shm');
  const store = openStore(folder);
  const names = ['a.json', 'b.json', 'c.json'];
  const version = (i: number): Record<string, string> =>
    Object.fromEntries(
      names.map((name, n) => {
        const length = ((i * 7919 + n) % 60_000) + 1;
        return [`${folder}/${name}`, `${length}:${String.fromCharCode(97 + (i % 26)).repeat(length)}`];
      }),
    );
  store.publish(plan(version(0)));

  const reader = spawn(process.execPath, [program, folder, names.join()], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void reader.kill('SIGKILL'));
  let output = '';
  reader.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const exited = once(reader, 'exit');
  await once(reader.stdout, 'data');

  for (let i = 1; i <= 300; i++) {
    store.publish(plan(version(i), i % 3 === 0 ? [`${folder}/x${i - 3}`] : []));
    if (i % 3 === 0) store.publish(plan({ [`${folder}/x${i}`]: '' }));
    store.endTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
  store.publish(plan({ [`${folder}/stop`]: '' }));
  await exited;
  const { faults, reads } = JSON.parse(output.slice('ready\n'.length));
  expect(faults).toEqual([]);
  expect(reads).toBeGreaterThan(100);
});
