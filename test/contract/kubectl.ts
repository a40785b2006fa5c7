import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * kubectl as a user has it, with a home of its own: its kubeconfig, its cache of what the server can do, and a folder
 * for files. Nothing of the machine's configuration reaches it.
 */
export class Kubectl {
  readonly #program: string;
  readonly #home: string;
  readonly #running = new Set<ChildProcess>();

  static async start(program: string, kubeconfig: string): Promise<Kubectl> {
    const home = await mkdtemp(join(tmpdir(), 'kubectl-'));
    await writeFile(join(home, 'kubeconfig'), kubeconfig, { mode: 0o600 });
    return new Kubectl(program, home);
  }

  private constructor(program: string, home: string) {
    this.#program = program;
    this.#home = home;
  }

  /** Runs one command to its end. */
  async run(...args: readonly string[]): Promise<KubectlResult> {
    const child = this.#spawn(args);
    const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
    const [code] = (await once(child, 'close')) as [number];
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** The output of one command that succeeds; an error with what it said otherwise. */
  async ok(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`Expected kubectl ${args.join(' ')} to end with 0, got ${code}: ${stderr}`);
    return stdout;
  }

  /** Runs a command that does not end, and gives its lines once `done` is content with them. */
  async until(args: readonly string[], done: (lines: readonly string[]) => boolean, act: () => Promise<unknown>) {
    const child = this.#spawn(args);
    const stdout = collected(child.stdout);
    const lines = () => stdout().split('\n').slice(0, -1);
    await eventually(`kubectl ${args.join(' ')} has begun to print`, () => lines().length > 0);
    await act();
    await eventually(`kubectl ${args.join(' ')} has printed what it should`, () => done(lines()), { seen: lines });
    const closed = once(child, 'close');
    child.kill();
    await closed;
    return lines();
  }

  /** Writes a file and gives its path. */
  async file(name: string, text: string, mode = 0o644): Promise<string> {
    const path = join(this.#home, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }

  /** What `kubectl edit` opens from now on: a shell script whose `$1` is the file. */
  editor(script: string): Promise<string> {
    return this.file('editor', `#!/bin/sh\n${script}\n`, 0o755);
  }

  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await rm(this.#home, { recursive: true, force: true });
  }

  #spawn(args: readonly string[]) {
    const home = this.#home;
    const env = {
      HOME: home,
      PATH: process.env['PATH'],
      KUBECONFIG: join(home, 'kubeconfig'),
      KUBECACHEDIR: join(home, 'cache'),
      KUBE_EDITOR: join(home, 'editor'),
      TMPDIR: home,
    };
    const child = spawn(this.#program, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }
}

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
