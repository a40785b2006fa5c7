// Swaps the directory argv[2] for a symbolic link to argv[3] and back, as fast as it can, until SIGTERM; then the directory is there, and
// the number of swaps is on stdout.
import { readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';

const [directory, target] = process.argv.slice(2);
const aside = `${directory}.aside`;
let swaps = 0;
let stopped = false;
process.on('SIGTERM', () => {
  stopped = true;
});

/** The one that we race with makes the directory anew in a gap: what it has put there moves to ours. */
function back() {
  try {
    renameSync(aside, directory);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    for (const name of readdirSync(directory)) {
      rmSync(`${aside}/${name}`, { recursive: true, force: true });
      renameSync(`${directory}/${name}`, `${aside}/${name}`);
    }
    rmSync(directory, { recursive: true });
    renameSync(aside, directory);
  }
}

/** Two swaps; a step that the other one was quicker than is given up. */
function flip() {
  try {
    renameSync(directory, aside);
  } catch {
    return;
  }
  try {
    symlinkSync(target, directory);
    // The gap in which the link stands: for some hundred microseconds, as long as a file is written.
    const until = performance.now() + 0.2;
    while (performance.now() < until);
    unlinkSync(directory);
  } catch {
    // The directory was made anew first.
  }
  back();
  swaps += 2;
}

function run() {
  const until = performance.now() + 20;
  while (performance.now() < until) flip();
  if (!stopped) return void setImmediate(run);
  process.stdout.write(String(swaps));
  process.exit(0);
}
run();
