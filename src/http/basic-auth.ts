import { createHash } from 'node:crypto';
import { readTextFile, type TextFileResult } from './read-text-file.js';

/** Node's names of the encodings that servers read credentials in. */
export type BasicAuthEncoding = 'latin1' | 'utf8' | 'ascii';

/** Nothing is sent unless there is both a name and a password. */
export interface BasicAuthOptions {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Read at each request, since Kubernetes replaces mounted Secrets; wins over its plain twin. */
  readonly usernameFile?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** @default 'latin1' */
  readonly encoding?: BasicAuthEncoding | undefined;
}

export type BasicAuthResult =
  | { readonly ok: true; readonly credentials: Credentials | undefined }
  /** `message` is one sentence that begins with the credential at fault. Never a value. */
  | { readonly ok: false; readonly message: string };

export interface Credentials {
  /** The `Authorization` header. */
  readonly header: string;
  readonly password: string;
  /** SHA-256 of the header: tells whether credentials changed, without keeping them. */
  readonly id: string;
}

/** Reads the credentials and makes the header, in the encoding that the server expects: a user `ü` of Latin-1 is refused in UTF-8. */
export function readBasicAuth(options: BasicAuthOptions): BasicAuthResult {
  const { encoding = 'latin1' } = options;
  const username = readPart('user name', options.username, options.usernameFile, encoding);
  if (!username.ok) return username;
  const password = readPart('password', options.password, options.passwordFile, encoding);
  if (!password.ok) return password;
  if (username.value === '' || password.value === '') return { ok: true, credentials: undefined };
  const bytes = Buffer.from(`${username.value}:${password.value}`, encoding === 'utf8' ? 'utf8' : 'latin1');
  const header = `Basic ${bytes.toString('base64')}`;
  const id = createHash('sha256').update(header).digest('hex');
  return { ok: true, credentials: { header, password: password.value, id } };
}

/** An empty string for what is not configured; a configured file without content is a failure, or we would ask as a stranger. */
function readPart(
  what: string,
  plain: string | undefined,
  file: string | undefined,
  encoding: BasicAuthEncoding,
): TextFileResult {
  const read = file ? readTextFile(`the ${what} file`, file) : { ok: true as const, value: plain ?? '' };
  if (!read.ok || fits(read.value, encoding)) return read;
  const hint = encoding === 'utf8' ? 'expected well-formed text' : 'choose utf-8 with REQ_BASIC_AUTH_ENCODING';
  return { ok: false, message: `the ${what} has a character that ${encoding} cannot carry; ${hint}` };
}

function fits(text: string, encoding: BasicAuthEncoding): boolean {
  if (encoding === 'utf8') return text.isWellFormed();
  const last = encoding === 'ascii' ? 0x7f : 0xff;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > last) return false;
  return true;
}
