import { applyPatch, type Operation } from 'rfc6902';
import { isRecord } from '../kubernetes/is-record.js';
import { badRequest, StatusError, tooLarge } from './status.js';

/** kube-apiserver's limit. */
const MAX_OPERATIONS = 10_000;

/**
 * RFC 6902, as the library of kube-apiserver (evanphx/json-patch 4) takes it: a failed operation says nothing of itself;
 * what is absent is null, so that it can be tested for, copied and replaced; an index may be counted from the end; a path
 * need not begin with a slash, and its first part is then lost. Changes neither argument.
 * Throws the API server's 400, 413 and 422.
 */
export function jsonPatch(original: unknown, patch: unknown): unknown {
  const operations = patch ?? [];
  if (!Array.isArray(operations)) throw undecodable(operations, '[]handlers.jsonPatchOp');
  if (operations.length > MAX_OPERATIONS) {
    const limit = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw tooLarge(limit);
  }
  const wrong = operations.find((one) => !isRecord(one));
  if (wrong !== undefined) throw undecodable(wrong, 'handlers.jsonPatchOp');
  const document = { root: structuredClone(original) };
  for (const operation of operations as readonly Readonly<Record<string, unknown>>[]) applyOne(document, operation);
  return document.root;
}

function applyOne(
  document: { root: unknown },
  { op, path, from, value = null }: Readonly<Record<string, unknown>>,
): void {
  const at = pointer(document, path);
  const source = op === 'copy' || op === 'move' ? pointer(document, from) : '';
  const operation = lenient(document, op, at, source, value);
  const [fault] = applyPatch(document, [operation]);
  if (fault) throw rejected();
}

/** The same operation in words that the RFC knows. */
function lenient(document: object, op: unknown, path: string, from: string, value: unknown): Operation {
  switch (op) {
    case 'add':
    case 'replace':
      // Nothing stands there, but something could: it is an add.
      return { op: op === 'replace' && isAbsent(document, path) ? 'add' : op, path, value };
    case 'test':
      return value === null && isAbsent(document, path) ? { op, path: '', value: document } : { op, path, value };
    case 'remove':
      return { op, path };
    case 'copy':
      return isAbsent(document, from) ? { op: 'add', path, value: null } : { op, from, path };
    case 'move':
      return { op, from, path };
    default:
      throw rejected();
  }
}

/** The document hangs below `root`, so that its own root can be replaced too. */
function pointer(document: object, path: unknown): string {
  if (typeof path !== 'string') throw rejected();
  const parts = path.split('/').slice(1);
  const names = ['root', ...parts];
  return names.map((name, index) => `/${fromTheEnd(document, names.slice(0, index), name)}`).join('');
}

function fromTheEnd(document: object, parents: readonly string[], name: string): string {
  if (!/^-[1-9]\d*$/.test(name)) return name;
  const list = valueAt(document, parents);
  return Array.isArray(list) && Number(name) >= -list.length - 1 ? String(list.length + 1 + Number(name)) : name;
}

function isAbsent(document: object, path: string): boolean {
  return valueAt(document, path.split('/').slice(1)) === undefined;
}

function valueAt(document: object, parts: readonly string[]): unknown {
  return parts.reduce<unknown>((value, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isInside ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  }, document);
}

function rejected(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function undecodable(value: unknown, goType: string): StatusError {
  const kind = isRecord(value) ? 'object' : typeof value;
  return badRequest(`error decoding patch: json: cannot unmarshal ${kind} into Go value of type ${goType}`);
}
