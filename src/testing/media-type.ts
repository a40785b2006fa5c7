/** A clause of an Accept header, or a Content-Type. */
export interface MediaType {
  /** In lower case. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

export function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = Object.fromEntries(rest.map((part) => part.split('=', 2).map((side) => side.trim())));
  const quality = Number(parameters['q'] ?? 1);
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

/** The clauses, the most wanted first; without a header anything will do. */
export function parseAccept(header: string | undefined): readonly MediaType[] {
  const clauses = (header || '*/*').split(',').map(parseMediaType);
  return clauses.sort((left, right) => right.quality - left.quality);
}
