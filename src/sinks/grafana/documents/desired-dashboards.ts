import { objectKey, type Refusal, type UrlSource, type WatchedObject } from '../../../model.js';
import { entryContent } from '../../files/entry-content.js';
import { type Entry, type EntryKind, entryKind } from '../../files/entry-kind.js';
import type { Layout } from '../../files/layout.js';
import { quoted } from '../../files/quoted.js';
import { type FolderKeys, folderOfObject, folderTitleOf } from './dashboard-folder.js';
import { uidOfSource } from './dashboard-uid.js';
import type { DashboardPlace, DesiredDashboard } from './desired-dashboard.js';
import { parseDashboard } from './parse-dashboard.js';

export interface DesiredDashboardsOptions extends FolderKeys, Pick<Layout, 'gzip'> {
  /** `GRAFANA_INSTANCE`. */
  readonly instance: string;
  /** `GRAFANA_FOLDER_UID`; the empty string is the root. */
  readonly folderUid?: string | undefined;
}

/** A dashboard whose content is elsewhere: `parseDashboard(bytes, place)` reads what came. Its uid is known only then. */
export interface UrlDashboard {
  readonly url: UrlSource;
  readonly place: DashboardPlace;
}

export interface DesiredDashboards {
  /** Of different uids, by key. */
  readonly dashboards: readonly DesiredDashboard[];
  readonly urls: readonly UrlDashboard[];
  readonly refusals: readonly Refusal[];
}

const SUFFIX_LENGTH: Readonly<Record<EntryKind, number>> = { plain: 0, gzip: '.gz'.length, url: '.url'.length };

/** What Grafana allows (dashboards/errors.go). */
const MAX_MESSAGE_LENGTH = 500;

/**
 * The dashboards that an object wants: one for each key that ends in `.json`, `.json.url` or, with `GZIP_KEYS`, `.json.gz`; other keys are none
 * of ours. A key that holds no dashboard is refused alone, a folder that cannot be refuses the whole object.
 *
 * Where two keys come to the same name, or hold the same uid, the first by name counts: a plain one before a compressed one and a URL.
 */
export function desiredDashboards(object: WatchedObject, options: DesiredDashboardsOptions): DesiredDashboards {
  const key = objectKey(object);
  const entries = dashboardEntries(object, options);
  const folder = entries.length === 0 ? undefined : folderOfObject(object, options);
  if (typeof folder === 'string') {
    return { dashboards: [], urls: [], refusals: [{ type: 'refused', key, reason: 'dashboard', message: folder }] };
  }

  const dashboards = new Map<string, DesiredDashboard>();
  const urls: UrlDashboard[] = [];
  const refusals: Refusal[] = [];
  const names = new Set<string>();
  const content = entryContent(object, options);
  const shared = {
    key,
    folder,
    folderTitle: folderTitleOf(object),
    defaultFolderUid: options.folderUid,
    message: messageOf(object),
  };
  for (const entry of entries) {
    const name = publishedName(entry);
    const refuse = (refused: Pick<Refusal, 'reason' | 'message'>) =>
      refusals.push({ type: 'refused', key, entry: entry.name, ...refused });
    if (names.has(name)) {
      refuse(twice(object, entry.name, 'wants the same name as another key of it'));
      continue;
    }
    names.add(name);
    const source = `${object.namespace}/${object.kind}/${object.name}/${name}`;
    const place = { ...shared, entry: entry.name, source, uid: uidOfSource(options.instance, source) };
    // Text as it came: no detour by its bytes.
    const isText = entry.kind === 'plain' && entry.encoding === 'utf8';
    const found = isText ? entry.value : content[entry.kind](entry, name);
    if (typeof found !== 'string' && 'reason' in found) refuse(found);
    else if (typeof found !== 'string' && 'url' in found) urls.push({ url: found.url, place });
    else {
      const dashboard = parseDashboard(typeof found === 'string' ? found : found.bytes, place);
      if ('reason' in dashboard) refusals.push(dashboard);
      else if (!dashboards.has(dashboard.uid)) dashboards.set(dashboard.uid, dashboard);
      else refuse(twice(object, entry.name, `holds the same uid (${dashboard.uid}) as another key of it`));
    }
  }
  return { dashboards: [...dashboards.values()], urls, refusals };
}

/** By name, so that the order of a manifest decides nothing: `a.json` comes before `a.json.gz`, and that before `a.json.url`. */
function dashboardEntries(
  { kind, data, binaryData }: WatchedObject,
  options: DesiredDashboardsOptions,
): readonly Entry[] {
  const entries: Entry[] = [];
  const add = (values: WatchedObject['data'], encoding: Entry['encoding']) => {
    for (const [name, value] of Object.entries(values)) {
      const entry = { name, value, encoding, kind: entryKind(name, options) };
      if (publishedName(entry).endsWith('.json')) entries.push(entry);
    }
  };
  add(data, kind === 'secret' ? 'base64' : 'utf8');
  add(binaryData, 'base64');
  return entries.sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
}

function publishedName({ name, kind }: Pick<Entry, 'name' | 'kind'>): string {
  return name.slice(0, name.length - SUFFIX_LENGTH[kind]);
}

/** The words of the seed. */
function messageOf({ kind, name }: WatchedObject): string {
  const what = kind === 'secret' ? 'secret' : 'configMap';
  return `Automatic update from ${what} ${name}`.slice(0, MAX_MESSAGE_LENGTH);
}

function twice(object: WatchedObject, name: string, why: string): Pick<Refusal, 'reason' | 'message'> {
  const message = `The key ${quoted(name)} of ${objectKey(object)} ${why}, which counts; change one of them.`;
  return { reason: 'duplicate-path', message };
}
