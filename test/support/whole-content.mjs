// The format of files that a reader can judge: `whole <length of the body, 8 digits> <its SHA-256>`, a line end, the body.
// A file cut short, mixed of two versions, or empty is none. Plain JavaScript, since the reading process runs it as it is.
import { createHash } from 'node:crypto';

const headerBytes = 80;

/** ASCII text of exactly `bytes` bytes, at least 80: the same for the same seed, another for another. */
export function wholeContent(seed, bytes) {
  if (bytes < headerBytes) throw new RangeError(`Expected \`bytes\` to be at least ${headerBytes}, got ${bytes}.`);
  const line = `${createHash('sha256').update(seed).digest('hex')}\n`;
  const bodyBytes = bytes - headerBytes;
  const body = line.repeat(Math.ceil(bodyBytes / line.length)).slice(0, bodyBytes);
  return headerOf(body) + body;
}

/** Whether `content` is one whole version, unchanged. */
export function isWhole(content) {
  return content.startsWith(headerOf(content.slice(headerBytes)));
}

function headerOf(body) {
  const digest = createHash('sha256').update(body).digest('hex');
  return `whole ${String(body.length).padStart(8, '0')} ${digest}\n`;
}
