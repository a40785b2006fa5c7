// An application that reloads on SIGHUP: argv[2] is the file to which it appends `signal` each time, argv[3] its pid file. It answers every
// request with `{"status":0}` once it was signalled argv[4] times, before with 1; its port is on stdout.
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , log, pidFile, times = '1'] = process.argv;
let signalled = 0;
process.on('SIGHUP', () => {
  signalled++;
  appendFileSync(log, 'signal\n');
});
createServer((_, response) => response.end(JSON.stringify({ status: signalled >= Number(times) ? 0 : 1 }))).listen(
  0,
  '127.0.0.1',
  function () {
    writeFileSync(pidFile, `${process.pid}\n`);
    process.stdout.write(`${this.address().port}\n`);
  },
);
