import type { Fault, FaultOptions, ReceivedRequest, RequestMatch } from './embedded-kubernetes.js';

/** The faults that wait for their requests. */
export interface Faults {
  /** The result lifts it. */
  add(match: RequestMatch, fault: Fault, options?: FaultOptions): () => void;
  /** The newest that means this request, which counts as struck. */
  strike(request: ReceivedRequest): Fault | undefined;
}

export function createFaults(): Faults {
  const waiting = new Set<{ readonly match: RequestMatch; readonly fault: Fault; left: number }>();
  return {
    add(match, fault, { times = Number.POSITIVE_INFINITY } = {}) {
      checkFault(fault);
      if (times !== Number.POSITIVE_INFINITY && !(Number.isInteger(times) && times >= 1)) {
        throw new RangeError(`Expected \`times\` to be a whole number from 1, or Infinity, got ${times}.`);
      }
      const one = { match: { ...match }, fault, left: times };
      waiting.add(one);
      return () => waiting.delete(one);
    },
    strike(request) {
      const found = [...waiting].findLast(({ match }) => isMeant(request, match));
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting.delete(found);
      return found.fault;
    },
  };
}

function isMeant(request: ReceivedRequest, match: RequestMatch): boolean {
  return (['verb', 'resource', 'namespace', 'name'] as const).every(
    (part) => match[part] === undefined || match[part] === request[part],
  );
}

function checkFault(fault: Fault): void {
  switch (fault.type) {
    case 'status':
      if (!(Number.isInteger(fault.status) && fault.status >= 400 && fault.status <= 599)) {
        throw new RangeError(`Expected \`status\` to be an HTTP status from 400 to 599, got ${fault.status}.`);
      }
      return;
    case 'delay':
      checkNumber('delayMs', fault.delayMs);
      return;
    case 'cut':
    case 'silence':
      checkNumber('afterBytes', fault.afterBytes ?? 0);
      return;
    default:
      throw new RangeError(
        `Expected \`type\` of a fault to be status, delay, cut or silence, got ${(fault as { type: unknown }).type}.`,
      );
  }
}

function checkNumber(name: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 0)) {
    throw new RangeError(`Expected \`${name}\` to be a whole number from 0, got ${value}.`);
  }
}
