import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads a folder as its consumers do, until it holds a file `stop`: each of the files must be there and hold one letter,
 * repeated as often as it says at its beginning. Prints the faults it saw, and how often it read.
 */
const [, , folder = '', names = ''] = process.argv;
const faults = new Set<string>();
let reads = 0;
writeSync(1, 'ready\n');
for (let stopped = false; !stopped; ) {
  for (const name of names.split(',')) {
    try {
      const [length, text = ''] = readFileSync(join(folder, name), 'utf8').split(':');
      if (text !== (text[0] ?? '').repeat(Number(length))) faults.add(`${name}: a part`);
      reads++;
    } catch (error) {
      faults.add(`${name}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  const listed = readdirSync(folder);
  for (const name of listed) if (/^\.ks-.*\.(json|ya?ml)$/.test(name)) faults.add(`${name}: looks like a target`);
  stopped = listed.includes('stop');
}
writeSync(1, JSON.stringify({ faults: [...faults], reads }));
