import { goJson } from './go-json.js';
import type { KubeObject } from './kube-object.js';
import type { Representation } from './negotiate.js';
import type { ListPage } from './read-list.js';
import { apiVersionOf, goKind, type ResourceSpec } from './resources.js';
import { badRequest, notAcceptable } from './status.js';
import { cellsOf, type Row, table } from './table.js';

export interface View extends Representation {
  /** What a row of a Table carries. */
  readonly includeObject: string;
  /** Milliseconds since 1970, for ages. */
  readonly now: () => number;
}

/** What has its JSON at hand. */
interface Written {
  readonly object: KubeObject;
  readonly json: string;
}

/** One object in the form that was asked for, as JSON. */
export function representObject(written: Written, spec: ResourceSpec, view: View, withColumns = true): string {
  const { object, json } = written;
  switch (view.as) {
    case 'object':
      return json;
    case 'PartialObjectMetadata':
      return goJson(partial(object));
    case 'PartialObjectMetadataList':
      throw notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (*${goKind(spec)})`,
      );
    case 'Table': {
      const { resourceVersion } = object.metadata;
      return goJson(table(spec.resource, { resourceVersion }, [rowOf(object, view)], withColumns));
    }
  }
}

/** Whether a watch can be shown so. Throws the API server's 400 and 406, before the answer has begun. */
export function checkView(view: View, spec: ResourceSpec): void {
  const object = { kind: spec.kind, apiVersion: apiVersionOf(spec), metadata: {} };
  representObject({ object, json: '' }, spec, view);
}

/** A page of a list in the form that was asked for, as JSON: of a plain list each object's JSON is taken as it is. */
export function representList(page: ListPage, spec: ResourceSpec, view: View): string {
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.continueToken !== undefined && { continue: page.continueToken }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  const kind = `${spec.kind}List`;
  switch (view.as) {
    case 'object': {
      const head = goJson({ kind, apiVersion: apiVersionOf(spec), metadata }).slice(0, -1);
      return `${head},"items":[${page.entries.map(({ itemJson }) => itemJson).join(',')}]}`;
    }
    case 'PartialObjectMetadataList': {
      const items = page.entries.map(({ object }) => partial(object));
      return goJson({ kind: view.as, apiVersion: 'meta.k8s.io/v1', metadata, items });
    }
    case 'PartialObjectMetadata':
      throw notAcceptable(
        `you requested PartialObjectMetadata, but the requested object is a list (*${goKind(spec)}List)`,
      );
    case 'Table':
      return goJson(
        table(
          spec.resource,
          metadata,
          page.entries.map(({ object }) => rowOf(object, view)),
        ),
      );
  }
}

function partial({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function rowOf(object: KubeObject, { includeObject, now }: View): Row {
  const cells = cellsOf(object, now());
  switch (includeObject) {
    case '':
    case 'Metadata':
      return { cells, object: partial(object) };
    case 'Object':
      return { cells, object };
    case 'None':
      return { cells, object: null };
    default: {
      const fault = `includeObject: Invalid value: ${JSON.stringify(includeObject)}: must be 'Metadata', 'Object', 'None', or empty`;
      throw badRequest(`Unable to convert to Table as requested: ${fault}`);
    }
  }
}
