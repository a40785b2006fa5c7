import { runSidecar } from '../support/run-sidecar.js';

let help: Promise<string> | undefined;

/** The default that `--help` of the bundle shows, which is the one that it takes: both come from one table. */
export async function defaultOf(variable: string): Promise<string> {
  help ??= (async () => {
    const sidecar = runSidecar({ env: {}, args: ['--help'] });
    await sidecar.exited;
    return sidecar.output();
  })();
  const text = (await help).replaceAll(/\s+/g, ' ');
  const at = text.indexOf(`(${variable}) `);
  const shown = /Default: (.*?)\.(?= (?:--|[A-Z]|$)|$)/.exec(text.slice(at));
  if (at === -1 || shown?.[1] === undefined) throw new Error(`Expected ${variable} with its default in the help.`);
  return shown[1];
}
