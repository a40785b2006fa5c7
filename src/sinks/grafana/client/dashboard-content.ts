import type { JsonObject } from '../grafana-api.js';

/** A classic document without what belongs to one Grafana: its numeric id, its version, and the uid, which is told beside it. */
export function dashboardContent(spec: JsonObject): JsonObject {
  const { id: _id, uid: _uid, version: _version, ...content } = spec;
  return content;
}
