export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: Record<string, number>;
}

/**
 * A strict parser of Prometheus' text format 0.0.4: each family has HELP, TYPE and at least one sample in this order,
 * once, and everything is escaped as it must be. Anything else is an error. Samples are keyed by name and labels.
 */
export function parseExposition(text: string): Record<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('Expected the text to end in a newline');
  const families: Record<string, ParsedFamily> = {};
  let current: [name: string, family: ParsedFamily] | undefined;
  const lines = text.slice(0, -1).split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$/.exec(line);
    if (help?.[1]) {
      const type = /^# TYPE (\S+) (counter|gauge)$/.exec(lines[++index] ?? '');
      if (type?.[1] !== help[1] || type[2] === undefined) throw new Error(`Expected the TYPE of ${help[1]}`);
      if (help[1] in families) throw new Error(`${help[1]} is there twice`);
      if (type[2] === 'counter' && !help[1].endsWith('_total')) throw new Error(`${help[1]} is a counter`);
      current = [help[1], { type: type[2], help: help[2] ?? '', samples: {} }];
      families[help[1]] = current[1];
      continue;
    }
    const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\]|\\\\["\\\\n])*"';
    const sample = new RegExp(`^([a-zA-Z0-9_:]+)((?:\\{${label}(?:,${label})*\\})?) (\\S+)$`).exec(line);
    const [, name, labels = '', value = ''] = sample ?? [];
    const parsed = value === '+Inf' || value === 'Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
    if (name === undefined || (Number.isNaN(parsed) && value !== 'NaN')) throw new Error(`Not a sample: ${line}`);
    if (name !== current?.[0] || labels in current[1].samples) throw new Error(`Misplaced: ${line}`);
    current[1].samples[labels] = parsed;
  }
  for (const [name, { samples }] of Object.entries(families)) {
    if (Object.keys(samples).length === 0) throw new Error(`${name} has no sample`);
  }
  return families;
}
