/** Reads a line back: values are a run without white space, or a JSON string. Anything else is an error. */
export function parseLogfmt(line: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const pattern = /([A-Za-z0-9_.-]+)=("(?:[^"\\]|\\.)*"|[^\s"=\\]+)(?: |$)/y;
  while (pattern.lastIndex < line.length) {
    const [, key, value] = pattern.exec(line) ?? [];
    if (key === undefined || value === undefined || key in pairs) throw new Error(`Not logfmt: ${line}`);
    pairs[key] = value.startsWith('"') ? JSON.parse(value) : value;
  }
  return pairs;
}
