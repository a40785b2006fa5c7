import { constants } from 'node:os';
import type { OptionType } from './option-type.js';

/** A signal of this system that a process can handle, such as `SIGHUP`. */
export type SignalName = keyof typeof constants.signals;

/** No process gets to see these: it would be killed or stopped, not told. To restart an application there is SIGTERM. */
const NOT_TO_BE_HANDLED = ['SIGKILL', 'SIGSTOP'];

/** `SIGHUP`, `HUP` or `1`, in any case: what kill(1) takes. Of two names for one number the usual one counts. */
export const signalName: OptionType<SignalName> = {
  label: 'signal',
  parse: (text) => {
    const word = text.trim().toUpperCase();
    const name = Object.entries(constants.signals).find(
      ([known, number]) => known === word || known === `SIG${word}` || String(number) === word,
    )?.[0];
    if (name === undefined) return { expected: 'the name or the number of a signal, such as SIGHUP, HUP or 1' };
    if (NOT_TO_BE_HANDLED.includes(name)) {
      return { expected: 'a signal that a process can handle, such as SIGHUP, or SIGTERM to have it restarted' };
    }
    return { value: name as SignalName };
  },
};
