import type { Document, LineCounter } from 'yaml';
import { isRecord } from '../kubernetes/is-record.js';
import { SourceError } from '../model.js';

type Yaml = typeof import('yaml');

/** One object as a manifest has it, and the line where it begins. */
export interface ManifestDocument {
  readonly line: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * The objects of a file: YAML with several documents, or JSON, with the items of lists (`List`, `ConfigMapList`, …) in place of the
 * list. Documents that cannot be read are `errors`, with file and line; the others count. The parser's messages quote the
 * input, so only its code is said.
 */
export function manifestDocuments(path: string, text: string, yaml: Yaml) {
  const lines = new yaml.LineCounter();
  const documents: ManifestDocument[] = [];
  const errors: SourceError[] = [];
  const parsed = yaml.parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const fault = document.errors[0];
    if (fault !== undefined) {
      const line = lines.linePos(fault.pos[0]).line;
      errors.push(
        new SourceError('malformed', `Expected YAML or JSON, got an error (${fault.code}) in ${path}:${line}.`),
      );
      continue;
    }
    const line = lineOf(document.contents, lines);
    const json = jsonOf(document);
    if (isRecord(json)) {
      documents.push(...itemsOf(document, json, line, lines));
    } else if (json !== null) {
      errors.push(new SourceError('malformed', `Expected a Kubernetes object, got something else in ${path}:${line}.`));
    }
  }
  return { documents, errors };
}

/** `undefined` where aliases are nested so deep that they would fill the memory, which the parser refuses. */
function jsonOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

function itemsOf(
  document: Document,
  json: Readonly<Record<string, unknown>>,
  line: number,
  lines: LineCounter,
): readonly ManifestDocument[] {
  const { kind, items } = json;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    return [{ line, json }];
  }
  return items.map((item, index) => ({
    line: lineOf(document.getIn(['items', index], true), lines) || line,
    json: isRecord(item) ? item : {},
  }));
}

function lineOf(node: unknown, lines: LineCounter): number {
  const range = (node as { range?: readonly number[] } | null | undefined)?.range;
  return lines.linePos(range?.[0] ?? 0).line;
}
