/** Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels<Name extends string> = Readonly<Record<Name, string>>;

/** One family of samples, told apart by the values of its labels. */
export interface Family<Name extends string> {
  /** Adds to a sample; one that is not there yet begins at 0. @default by 1 */
  readonly add: (labels: Labels<Name>, by?: number) => void;
  readonly set: (labels: Labels<Name>, value: number) => void;
  /** Takes a sample out, whose labels come no more. */
  readonly remove: (labels: Labels<Name>) => void;
}

export interface Exposition {
  readonly counter: <Name extends string = never>(name: string, help: string, labels?: readonly Name[]) => Family<Name>;
  readonly gauge: <Name extends string = never>(name: string, help: string, labels?: readonly Name[]) => Family<Name>;
  /** A gauge without labels that is read when the text is made; `undefined` leaves it out. */
  readonly read: (name: string, help: string, value: () => number | undefined) => void;
  /** All families that have a sample, in the order in which they were made. */
  readonly text: () => string;
}

/** A set of counters and gauges, and their text. */
export function createExposition(): Exposition {
  const families: (() => string)[] = [];

  function family<Name extends string>(type: string, name: string, help: string, labelNames: readonly Name[]) {
    const samples = new Map<string, number>();
    const id = (labels: Labels<Name>) =>
      labelNames.length === 0
        ? name
        : `${name}{${labelNames.map((each) => `${each}="${escapeLabel(labels[each])}"`).join(',')}}`;
    families.push(() => render(type, name, help, samples));
    return {
      add(labels: Labels<Name>, by = 1) {
        const sample = id(labels);
        samples.set(sample, (samples.get(sample) ?? 0) + by);
      },
      set(labels: Labels<Name>, value: number) {
        samples.set(id(labels), value);
      },
      remove(labels: Labels<Name>) {
        samples.delete(id(labels));
      },
    };
  }

  return {
    counter: (name, help, labels = []) => family('counter', name, help, labels),
    gauge: (name, help, labels = []) => family('gauge', name, help, labels),
    read(name, help, value) {
      families.push(() => {
        const now = value();
        return render('gauge', name, help, new Map(now === undefined ? [] : [[name, now]]));
      });
    },
    text: () => families.map((each) => each()).join(''),
  };
}

function render(type: string, name: string, help: string, samples: ReadonlyMap<string, number>): string {
  if (samples.size === 0) return '';
  const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  return [...samples].reduce((lines, [id, value]) => `${lines}${id} ${number(value)}\n`, head);
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

/** JavaScript's names of numbers are the format's, but for infinity. */
function number(value: number): string {
  return String(value).replace('Infinity', 'Inf');
}
