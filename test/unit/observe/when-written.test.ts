import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

const LINES = 60_000;

/** A process that says more than a pipe holds, and ends when it is written. */
function talker() {
  const module = new URL('../../../src/observe/when-written.ts', import.meta.url).href;
  const program = `
    import { whenWritten } from ${JSON.stringify(module)};
    process.stdout.write(Array.from({ length: ${LINES} }, (_, n) => n + ' of the lines that a process says\\n').join(''));
    whenWritten(process.stdout, () => process.exit(7));
    setInterval(() => undefined, 1_000);`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('the last lines of a process', () => {
  test('reach a reader that is slower than it', async () => {
    const child = talker();
    const ended = once(child, 'exit');
    await sleep(100);
    let text = '';
    for await (const chunk of child.stdout) text += chunk;
    expect(text.split('\n')).toHaveLength(LINES + 1);
    expect(text.endsWith(`${LINES - 1} of the lines that a process says\n`)).toBe(true);
    expect(await ended).toEqual([7, null]);
  });

  test('do not keep it where nobody reads them', async () => {
    const child = talker();
    expect(await once(child, 'exit')).toEqual([7, null]);
    child.stdout.destroy();
  });
});
