import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../../kubernetes/is-record.js';
import type { Json, JsonObject, RemoteDashboard, Stamp } from '../grafana-api.js';

/** By it the legacy family's search finds what may be ours. Users see it, and copies carry it: it proves nothing. */
export const STAMP_TAG = 'k8s-sidecar';
/** The embedded form of the stamp: a key of a classic document. Another `uid` in it than the dashboard's own: a copy. */
export const STAMP_KEY = '__k8sSidecar';

const MANAGER_KIND = 'grafana.app/managedBy';
const MANAGER_ID = 'grafana.app/managerId';
const MANAGER_ALLOWS_EDITS = 'grafana.app/managerAllowsEdits';
const SOURCE_PATH = 'grafana.app/sourcePath';
const SOURCE_CHECKSUM = 'grafana.app/sourceChecksum';
/** All that `stampAnnotations` writes: who keeps the annotations of others leaves these out. */
export const STAMP_ANNOTATIONS = [
  MANAGER_KIND,
  MANAGER_ID,
  MANAGER_ALLOWS_EDITS,
  SOURCE_PATH,
  SOURCE_CHECKSUM,
] as const;

/** The kind that is meant for tools (facts/grafana.md, 7); grafanactl uses it, too, so it alone says nothing. */
const KIND = 'kubectl';

/**
 * The embedded form: the tag, and the stamp itself. **Every classic document gets it, on `/apis` too**, so that a
 * dashboard stays ours when the family changes (an upgrade, `GRAFANA_API`), and where a Grafana of 12 keeps no annotations; nothing has
 * to be written anew for it. A document in the v2 schema takes no foreign key: it has the annotations alone.
 *
 * The user's own tags come back from {@link withoutStamp} exactly: `tags` of the stamp says what they were, where that is not
 * "a list of texts to which ours was added".
 */
export function stampedSpec(spec: JsonObject, { instance, source, uid, sha256 }: Stamp): JsonObject {
  const plain = withoutStamp(spec);
  const stamp = { instance, source, uid, sha256 };
  const { tags } = plain;
  if (!isTexts(tags)) {
    const was = 'tags' in plain ? { was: tags ?? null } : {};
    return { ...plain, tags: tagsBeside(tags), [STAMP_KEY]: { ...stamp, tags: was } };
  }
  if (tags.includes(STAMP_TAG)) return { ...plain, [STAMP_KEY]: { ...stamp, tags: 'own' } };
  return { ...plain, tags: [...tags, STAMP_TAG], [STAMP_KEY]: stamp };
}

/**
 * The document without the embedded form, whoever's it is: ours, a copy's, a broken one's. One without that key keeps its
 * tags, since a tag alone is the user's.
 */
export function withoutStamp(spec: JsonObject): JsonObject {
  if (!(STAMP_KEY in spec)) return spec;
  const { [STAMP_KEY]: stamp, ...rest } = spec;
  const was = isRecord(stamp) ? stamp['tags'] : undefined;
  const { tags, ...untagged } = rest;
  if (was === 'own' || !isTexts(tags)) return rest;
  if (isRecord(was) && isDeepStrictEqual(tags, tagsBeside(was['was'] as Json | undefined))) {
    return 'was' in was ? { ...untagged, tags: was['was'] as Json } : untagged;
  }
  return { ...rest, tags: tags.filter((tag) => tag !== STAMP_TAG) };
}

/**
 * The annotations of `/apis`. Edits are allowed: Grafana's page would be read-only otherwise, whatever `GRAFANA_DRIFT` says, and
 * a save of the legacy family be refused for ever (facts/grafana.md, 7).
 */
export function stampAnnotations({ instance, source, sha256 }: Stamp): Readonly<Record<string, string>> {
  return {
    [MANAGER_KIND]: KIND,
    [MANAGER_ID]: instance,
    [MANAGER_ALLOWS_EDITS]: 'true',
    [SOURCE_PATH]: source,
    [SOURCE_CHECKSUM]: sha256,
  };
}

/** A dashboard as Grafana gave it, of either family. */
export interface StampedDashboard {
  readonly uid: string;
  readonly spec: JsonObject;
  /** Of `/apis`. */
  readonly annotations?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The stamp of a dashboard, `undefined` where there is none that counts.
 *
 * 1. The embedded form counts where it is there at all: it goes where the content goes, so also after an old version was restored.
 *    One that is not whole, or of another uid (a copy, "Save as"), makes the dashboard nobody's, whatever its annotations say.
 * 2. Else the annotations: of the v2 schema, or after a save that dropped the key.
 *
 * `sha256` is empty where somebody took the tag away: it is ours, but no search finds it, so it has to be written again.
 */
export function readStamp({ uid, spec, annotations = {} }: StampedDashboard): Stamp | undefined {
  if (STAMP_KEY in spec) {
    const stamp = isRecord(spec[STAMP_KEY]) ? spec[STAMP_KEY] : {};
    const { tags } = spec;
    const isTagged = Array.isArray(tags) && tags.includes(STAMP_TAG);
    const found = wholeStamp(stamp['instance'], stamp['source'], stamp['uid'], stamp['sha256']);
    return found?.uid === uid ? { ...found, ...(!isTagged && { sha256: '' }) } : undefined;
  }
  if (annotations[MANAGER_KIND] !== KIND) return undefined;
  return wholeStamp(annotations[MANAGER_ID], annotations[SOURCE_PATH], uid, annotations[SOURCE_CHECKSUM]);
}

/** What may be deleted: only what carries our whole stamp. */
export function isOurs({ uid, stamp }: Pick<RemoteDashboard, 'uid' | 'stamp'>, instance: string): boolean {
  return stamp?.uid === uid && stamp.instance === instance;
}

/**
 * What may be overwritten by who wants this very uid: also one that has kept the tag and lost the stamp (a save in Grafana may
 * drop keys that it does not know; design.md, 8). A stamp of somebody else, or a broken one, takes the tag with it: see {@link withoutStamp}.
 */
export function isOursToUpdate(remote: RemoteDashboard, instance: string): boolean {
  if (remote.stamp !== undefined) return isOurs(remote, instance);
  const { tags } = remote.spec;
  return remote.management === 'nobody' && Array.isArray(tags) && tags.includes(STAMP_TAG);
}

/** `<namespace>/<kind>/<name>/<key>`: what another tool writes is none. */
const SOURCE = /^[^/]+\/(?:configmap|secret)\/[^/]+\/[^/]+$/;
const SHA256 = /^[0-9a-f]{64}$/;

function wholeStamp(instance: unknown, source: unknown, uid: unknown, sha256: unknown): Stamp | undefined {
  if (typeof instance !== 'string' || instance === '' || typeof uid !== 'string') return undefined;
  if (typeof source !== 'string' || !SOURCE.test(source)) return undefined;
  if (typeof sha256 !== 'string' || !SHA256.test(sha256)) return undefined;
  return { instance, source, uid, sha256 };
}

/** Grafana takes a list with anything but texts in it for no tags at all, and ours would not be found. */
function tagsBeside(tags: Json | undefined): readonly string[] {
  const texts = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string' && tag !== STAMP_TAG) : [];
  return [...(texts as string[]), STAMP_TAG];
}

function isTexts(tags: unknown): tags is readonly string[] {
  return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
}
