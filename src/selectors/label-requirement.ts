/** One condition on one label. `=` and `==` are `in` one value, `!=` is `notin` one value. */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'exists' | 'absent' }
  | { readonly key: string; readonly operator: 'in' | 'notin'; readonly values: ReadonlySet<string> }
  | { readonly key: string; readonly operator: '>' | '<'; readonly value: bigint };

export type Labels = Readonly<Record<string, string>>;

/**
 * Whether the labels meet the requirement, as apimachinery's `Requirement.Matches` decides it: `notin` (and so `!=`) is
 * met by an object without the label, `>` and `<` only by a label that is an integer.
 */
export function meets(labels: Labels, requirement: LabelRequirement): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && requirement.values.has(value);
    case 'notin':
      return value === undefined || !requirement.values.has(value);
    case '>':
    case '<': {
      const integer = value === undefined ? undefined : parseInt64(value);
      if (integer === undefined) {
        return false;
      }
      return requirement.operator === '>' ? integer > requirement.value : integer < requirement.value;
    }
  }
}

/** A decimal integer of 64 bits, as Go's `strconv.ParseInt(text, 10, 64)` takes it; else `undefined`. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) {
    return undefined;
  }
  const integer = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}
