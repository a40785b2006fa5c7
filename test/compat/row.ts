import { type ContractRowId, contractRows } from './contract-rows.js';

const known: ReadonlySet<string> = new Set(contractRows.map(({ id }) => id));

/** The name of a test: the rows of the contract that it proves, then what it claims. `rows.test.ts` reads these calls. */
export function row(ids: ContractRowId | readonly ContractRowId[], claim: string): string {
  const named = typeof ids === 'string' ? [ids] : ids;
  for (const id of named) {
    if (!known.has(id)) throw new Error(`Expected the id of a row in contract-rows.ts, got ${JSON.stringify(id)}.`);
  }
  return `${named.join(', ')}: ${claim}`;
}
