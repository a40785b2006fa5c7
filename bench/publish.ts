import { readFileSync, writeFileSync } from 'node:fs';

const begin = '<!-- The last run: made by `npm run bench -- --write`. -->';
const end = '<!-- End of the last run. -->';

/** Puts a run between the markers of a document; throws where they are missing. */
export function publish(file: string, run: string): void {
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`Expected ${begin} … ${end} in ${file}.`);
  writeFileSync(file, `${before}${begin}\n\n${run}\n\n${end}${after}`);
}
