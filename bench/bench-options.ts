import { parseArgs } from 'node:util';
import { asInTheImage, type Measured } from './programs.js';

export const parts = ['start', 'objects', 'latency', 'burst', 'idle'] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly measured: Measured;
  /** Fewer runs, and not the part that takes minutes. */
  readonly quick: boolean;
  /** Puts the table into docs/performance.md. */
  readonly write: boolean;
  /** Exits with 1 where a budget is not kept. */
  readonly check: boolean;
}

export const usage = `npm run bench -- [--quick] [--only ${parts.join(',')}] [--check] [--write]
                 [--program FILE] [--node-flags "FLAGS"]

  --only        these parts; \`memory\` means objects,burst
  --quick       fewer runs, without idle
  --check       exit with 1 where a budget is not kept
  --write       put the table into docs/performance.md: a whole run of the bundle as the image runs it, nothing else
  --program     another bundle than dist/main.cjs
  --node-flags  other arguments of node than the image's
`;

/** Throws an Error whose message is for the user. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: withValue(argv, '--node-flags'),
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      program: { type: 'string' },
      'node-flags': { type: 'string' },
    },
  });
  const { quick, only, check, write, program, 'node-flags': flags } = values;
  if (write && (quick || only !== undefined || program !== undefined || flags !== undefined)) {
    throw new Error('Expected --write alone: what is published is a whole run of what the image runs.');
  }
  const chosen = only?.split(',').flatMap((name) => (name === 'memory' ? (['objects', 'burst'] as const) : [name]));
  const unknown = chosen?.find((name) => !parts.includes(name as Part));
  if (unknown !== undefined) throw new Error(`Expected --only to name ${parts.join(', ')} or memory, got: ${unknown}`);
  const nodeFlags = flags?.split(' ').filter((flag) => flag !== '');
  return {
    parts: parts.filter((part) => (chosen ? chosen.includes(part) : !quick || part !== 'idle')),
    measured: { program: program ?? asInTheImage.program, nodeFlags: nodeFlags ?? asInTheImage.nodeFlags },
    quick,
    check,
    write,
  };
}

/** `--name VALUE` as `--name=VALUE`: the parser takes a value that begins with a dash in that form only. */
function withValue(argv: readonly string[], name: string): string[] {
  const at = argv.indexOf(name);
  if (at < 0 || at + 1 === argv.length) return [...argv];
  return [...argv.slice(0, at), `${name}=${argv[at + 1]}`, ...argv.slice(at + 2)];
}
