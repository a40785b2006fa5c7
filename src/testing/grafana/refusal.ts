/** An answer of the legacy family that is no success: thrown where it is found, answered at the edge. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code = 'refusal';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  /** `more` stands in the body beside the message. */
  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.body = { message, ...more };
  }
}

/** For paths and methods that lead nowhere (NotFoundHandler of pkg/api). */
export function nowhere(): Refusal {
  return new Refusal(404, 'Not found');
}

/** What web.Bind cannot read (pkg/web/binding.go). */
export function badRequestData(): Refusal {
  return new Refusal(400, 'bad request data');
}

/** RBAC's. The id is random in a real one. */
export function accessDenied(needed: readonly string[]): Refusal {
  const list = needed.length === 1 ? needed[0] : `any of ${needed.join(', ')}`;
  const message = `You'll need additional permissions to perform this action. Permissions needed: ${list}`;
  return new Refusal(403, message, { title: 'Access denied', accessErrorId: 'ACE0000000000' });
}
