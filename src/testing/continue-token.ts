import { isRecord } from '../kubernetes/is-record.js';
import { badRequest } from './status.js';

/** Where the next page of a list begins. */
export interface Continuation {
  /** Of the list; `undefined`: whatever is current, so that the pages do not belong together. */
  readonly revision: number | undefined;
  /** The first key that may be on the page, less the prefix that the path gives. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';

/** kube-apiserver's form: opaque to clients, but some look into it. */
export function encodeContinue({ revision, start }: Continuation): string {
  const json = JSON.stringify({ v: VERSION, rv: revision ?? -1, start });
  return Buffer.from(json).toString('base64url');
}

/** Throws the API server's 400. */
export function decodeContinue(token: string): Continuation {
  const { v, rv, start } = readToken(token);
  if (v !== VERSION) throw fault(`server does not recognize this encoded version ${v}`);
  if (typeof rv !== 'number' || rv === 0) throw fault(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (typeof start !== 'string' || start === '') throw fault(`encoded start key empty (version ${VERSION})`);
  if (start.split('/').some((part) => part === '.' || part === '..')) throw fault(start);
  return { revision: rv < 0 ? undefined : rv, start: start.replace(/^\//, '') };
}

function readToken(token: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (isRecord(json)) return json;
  } catch {
    // Neither base64 nor JSON is the same to the one who sent it.
  }
  throw fault('it is not one of this server');
}

function fault(why: string) {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
