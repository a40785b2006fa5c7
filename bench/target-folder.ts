import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that a program is to fill, and what it holds. Files that begin with a dot are the program's own. */
export class TargetFolder {
  readonly path: string;
  readonly #marker: string;

  /** `base` is a directory; the file system's clock is read there. */
  constructor(base: string) {
    this.path = mkdtempSync(join(base, 'target-'));
    this.#marker = `${this.path}.marker`;
  }

  /**
   * Milliseconds by the clock of the file system, which moves in steps of the kernel's tick, 1 to 10 ms. Its times are
   * compared when all is over: the observer costs the observed nothing.
   */
  now(): number {
    writeFileSync(this.#marker, '');
    const { ctimeMs } = statSync(this.#marker);
    rmSync(this.#marker);
    return ctimeMs;
  }

  /** When the last of the files got its content or its name. */
  lastChange(): number {
    return Math.max(...this.names().map((name) => statSync(join(this.path, name)).ctimeMs));
  }

  /** What is wrong, unless the files are these, byte for byte. */
  difference(contents: ReadonlyMap<string, string>): string | undefined {
    const names = this.names();
    if (names.length !== contents.size) return `Expected ${contents.size} files in ${this.path}, got ${names.length}.`;
    const wrong = names.find((name) => this.read(name) !== contents.get(name));
    return wrong && `Expected ${wrong} in ${this.path} to be what the API server holds.`;
  }

  /** A program that was fast because it did not do its work is no measurement. */
  expect(contents: ReadonlyMap<string, string>): void {
    const difference = this.difference(contents);
    if (difference) throw new Error(difference);
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'latin1');
  }

  names(): string[] {
    return readdirSync(this.path).filter((name) => !name.startsWith('.'));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
