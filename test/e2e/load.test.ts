import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { startFolderReader } from '../support/folder-reader.js';
import type { Sidecar } from '../support/run-sidecar.js';
import { ClusterModel, difference, filesIn, stageFilesIn } from './cluster-model.js';
import { type Given, given } from './sidecar-under-test.js';

const OBJECTS = 1_000;
const UPDATES = 3_000;
const DELETES = 500;
const KILLS = 200;

const nameOf = (n: number) => `object-${String(n).padStart(4, '0')}`;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => nameOf(from + n));
const paths = (world: Given, names: readonly string[]) => names.map((name) => `${world.folder}/${name}.json`);

async function inSync(world: Given, model: ClusterModel): Promise<void> {
  const differs = () => difference(filesIn(world.folder), model.files());
  await eventually('the folder equals the model', () => differs() === undefined, {
    withinMs: 60_000,
    everyMs: 200,
    seen: differs,
  });
}

/** The application heard of the last write of all lives: a request came after it. */
async function toldOfTheLastWrite(world: Given, lives: readonly Sidecar[]): Promise<void> {
  const said = lives.flatMap(({ logs }) => logs).filter(({ msg }) => /^(wrote|removed) /.test(msg));
  const modified = [...filesIn(world.folder).keys()].map((path) => statSync(join(world.folder, path)).mtimeMs);
  const lastWrite = Math.max(...modified, ...said.map(({ time }) => Date.parse(time)));
  const lastRequest = () => world.receiver.requests.at(-1)?.at ?? 0;
  await eventually('a request came after the last write', () => lastRequest() >= Math.floor(lastWrite), {
    withinMs: 30_000,
    seen: () => ({ lastWrite, lastRequest: lastRequest() }),
  });
}

describe.skipIf(kubeMissing)('under load, with the connection cut every second', () => {
  it('the folder ends equal to the model, no reader saw a part or a gap, and the last request came last', {
    timeout: 300_000,
  }, async () => {
    const world = await given();
    const model = new ClusterModel(world.client, world.namespace);
    await Promise.all(range(0, OBJECTS).map((name) => model.create(name)));

    const sidecar = world.start();
    await inSync(world, model);
    expect(filesIn(world.folder).size).toBe(OBJECTS);
    await eventually('the initial sync is told once', () => world.receiver.requests.length === 1);

    const [kept, deleted, relabelled, moved] = [range(0, 300), range(300, 800), range(800, 900), range(900, 1_000)];
    expect(deleted).toHaveLength(DELETES);
    const reader = await startFolderReader();
    await reader.watch(paths(world, kept));
    world.proxy.cutEvery(1_000);
    const updates = Array.from({ length: UPDATES }, (_, n) => [...kept, ...moved, ...relabelled][n % 500] ?? '');
    // One object's updates follow each other; the others' run beside them.
    await Promise.all([
      ...[...new Set(updates)].map(async (name) => {
        for (const update of updates.filter((each) => each === name)) await model.update(update);
        if (moved.includes(name)) await model.move(name, `folder-${name.at(-1)}/deep`);
        if (relabelled.includes(name)) await model.label(name, false);
      }),
      ...deleted.map((name) => model.delete(name)),
    ]);

    await inSync(world, model);
    await toldOfTheLastWrite(world, [sidecar]);
    const report = await reader.stop();
    expect(report.faults).toEqual([]);
    expect(report.unread).toBe(0);
    expect(stageFilesIn(world.folder)).toEqual([]);
    expect(sidecar.otherLines).toEqual([]);
    expect(await sidecar.stop()).toMatchObject({ code: 0, signal: undefined });
  });

  it(`killed ${KILLS} times at random moments and started again: the same, and no stage file is left`, {
    timeout: 600_000,
  }, async () => {
    const world = await given();
    const model = new ClusterModel(world.client, world.namespace);
    const [kept, passing] = [range(0, OBJECTS / 2), range(OBJECTS / 2, OBJECTS)];
    await Promise.all([...kept, ...passing].map((name) => model.create(name)));
    const lives = [world.start()];
    await inSync(world, model);
    const reader = await startFolderReader();
    await reader.watch(paths(world, kept));
    world.proxy.cutEvery(1_000);

    let over = false;
    const load = Promise.all(
      [0, 1, 2].map(async (worker) => {
        for (let n = worker; !over; n += 3) {
          const name = kept[n % kept.length] ?? '';
          const other = passing[n % passing.length] ?? '';
          await model.update(name);
          if (!model.names.includes(other)) await model.create(other);
          else if (n % 5 === 0) await model.delete(other);
          else if (n % 5 === 1) await model.move(other, `folder-${n % 7}`);
          else await model.label(other, n % 3 !== 0);
        }
      }),
    );
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 40 + Math.random() * 800));
      await lives.at(-1)?.kill();
      lives.push(world.start());
    }
    over = true;
    await load;

    await inSync(world, model);
    await toldOfTheLastWrite(world, lives);
    const report = await reader.stop();
    expect(report.faults).toEqual([]);
    expect(report.unread).toBe(0);
    expect(stageFilesIn(world.folder)).toEqual([]);
    expect(await lives.at(-1)?.stop()).toMatchObject({ code: 0 });
    expect(lives.flatMap(({ otherLines }) => otherLines)).toEqual([]);
  });
});
