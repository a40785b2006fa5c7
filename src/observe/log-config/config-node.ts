/** Takes what is wrong at a key path. */
export type Report = (path: readonly string[], problem: string) => void;

const MAX_SHOWN = 60;

/**
 * A place in a configuration, and how to find what stands there. What is not of the kind that was asked for is reported, and counts
 * as absent, as does `null`; `cfg://` and `ext://` references, which only Python could follow, do so too.
 */
export class ConfigNode {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly #report: Report;

  constructor(value: unknown, path: readonly string[], report: Report) {
    this.value = value;
    this.path = path;
    this.#report = report;
  }

  warn(problem: string): void {
    this.#report(this.path, problem);
  }

  /** `undefined` where there is none, or `null`. */
  get(key: string): ConfigNode | undefined {
    const { value } = this;
    if (!isMapping(value) || !Object.hasOwn(value, key)) return undefined;
    const child = value[key];
    return child === null || child === undefined ? undefined : new ConfigNode(child, [...this.path, key], this.#report);
  }

  /** The entries below this one; without any where it is no mapping, which is reported. */
  mapping(): ConfigNode | undefined {
    return isMapping(this.value) ? this : this.#unexpected('a mapping');
  }

  keys(): readonly string[] {
    return isMapping(this.value) ? Object.keys(this.value) : [];
  }

  items(): readonly ConfigNode[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.#unexpected('a list') ?? [];
    return value.map((item, index) => new ConfigNode(item, [...this.path, String(index)], this.#report));
  }

  text(): string | undefined {
    const { value } = this;
    if (typeof value !== 'string') return this.#unexpected('a text');
    if (!/^(cfg|ext):\/\//.test(value)) return value;
    this.warn(`refers to ${shown(value)}, which only Python could follow: it is ignored`);
    return undefined;
  }

  /** A whole number from `min`. */
  count(min: number): number | undefined {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value;
    return this.#unexpected(`a whole number from ${min} up`);
  }

  /** `yes`, `no`, `on` and `off` are flags to Python's parser, and texts to ours. */
  flag(): boolean | undefined {
    const word = String(this.value).toLowerCase();
    if (typeof this.value === 'boolean' || typeof this.value === 'string') {
      if (['true', 'yes', 'on'].includes(word)) return true;
      if (['false', 'no', 'off'].includes(word)) return false;
    }
    return this.#unexpected('true or false');
  }

  #unexpected(expected: string): undefined {
    this.warn(`is expected to be ${expected}, got ${shown(this.value)}: it is ignored`);
  }
}

/** A value in a message: a list or a mapping may be without end, so of these only the kind. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
