export interface PlainLogOptions {
  /** Whether the application that is told says so itself. */
  readonly toldElsewhere: boolean;
}

/**
 * A line of the sidecar's JSON log in plain words, for people; `undefined` where it says nothing to them. What is said of a file
 * stays letter for letter: `wrote PATH`, `removed PATH`, `unchanged PATH`.
 */
export function plainLog(line: string, { toldElsewhere }: PlainLogOptions): string | undefined {
  const { level, msg, ...fields } = JSON.parse(line) as LogRecord;
  switch (level) {
    case 'DEBUG':
      return msg.startsWith('unchanged ') ? msg : undefined;
    case 'INFO':
      if (/^(k8s-sidecar \S+ started|stopping on )/.test(msg)) return undefined;
      if (toldElsewhere && msg.startsWith('told ')) return undefined;
      return msg === 'the initial sync is done' ? `${msg}: ${counted(fields)}` : msg;
    default: {
      const cause = (fields['error'] as { message?: string } | undefined)?.message;
      return `${level === 'WARNING' ? 'warning' : 'error'}: ${msg}${cause === undefined ? '' : `: ${cause}`}`;
    }
  }
}

interface LogRecord {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

function counted(fields: Readonly<Record<string, unknown>>): string {
  const numberOf = (name: string) => Number(fields[name]);
  const of = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const written = numberOf('created') + numberOf('updated');
  return `${of(numberOf('objects'), 'object')}, ${of(written, 'file')} written, ${numberOf('unchanged')} unchanged`;
}
