import { DecodeError } from './decode-error.js';

const QUANTUM = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;

/**
 * Base64 as Go's StdEncoding takes it: line ends are passed over, padding is needed, bits that padding leaves over may
 * be anything. Gives it as Go writes it. Throws a `DecodeError` with the place of the fault.
 */
export function decodeBase64(text: string): string {
  const plain = text.replace(/[\r\n]/g, '');
  const bytes = Buffer.from(plain, 'base64');
  const canonical = bytes.toString('base64');
  if (canonical === plain) return plain;
  for (let start = 0; start < plain.length; start += 4) {
    const quantum = plain.slice(start, start + 4);
    const isLast = start + 4 >= plain.length;
    if (!QUANTUM.test(quantum) || (quantum.endsWith('=') && !isLast)) {
      const wrong = quantum.search(/[^A-Za-z0-9+/]/);
      throw new DecodeError(`illegal base64 data at input byte ${start + Math.max(0, wrong)}`);
    }
  }
  return canonical;
}
