// Ends the servers of a test run that died without doing it itself (SIGKILL, a crash): `node reaper.mjs FOLDER PID PID…`.
// Its stdin is a pipe from that run. `done` on it means that all is stopped; an end without it, that nobody is left to.
import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const [folder, ...pids] = process.argv.slice(2);
let said = '';
process.stdin.on('data', (chunk) => {
  said += chunk;
});
process.stdin.on('end', async () => {
  if (said.startsWith('done')) return;
  // In the order given: the API server first and to its end, since without its etcd it never finishes stopping.
  for (const pid of pids.map(Number)) {
    signal(pid, 'SIGTERM');
    for (let tries = 0; tries < 50 && signal(pid, 0); tries++) await wait(100);
    signal(pid, 'SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
