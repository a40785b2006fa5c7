import type { HttpMethod } from './http-target-options.js';

/** Methods whose requests carry `REQ_PAYLOAD`. The established tool sends it with POST alone, and knows GET and POST only. */
const METHODS_WITH_BODY: ReadonlySet<HttpMethod> = new Set(['POST', 'PUT', 'PATCH']);

export function carriesBody(method: HttpMethod): boolean {
  return METHODS_WITH_BODY.has(method);
}

/**
 * The JSON to send, as bytes: the payload as it stands if it parses, so that no number loses a digit, else the payload as a
 * JSON string. `undefined` without a payload, an empty one included, and for a method that carries none.
 */
export function requestBody(method: HttpMethod, payload: string | undefined): Buffer | undefined {
  if (payload === undefined || payload === '' || !carriesBody(method)) return undefined;
  return Buffer.from(isJson(payload) ? payload : JSON.stringify(payload), 'utf8');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
