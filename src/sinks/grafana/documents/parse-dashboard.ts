import { isRecord } from '../../../kubernetes/is-record.js';
import type { Refusal } from '../../../model.js';
import { quoted } from '../../files/quoted.js';
import type { JsonObject } from '../grafana-api.js';
import { folderByUid } from './dashboard-folder.js';
import { dashboardHash } from './dashboard-hash.js';
import { isUid } from './dashboard-uid.js';
import type { DashboardPlace, DesiredDashboard } from './desired-dashboard.js';

import { readDocument } from './read-document.js';

/** Of dashboards/errors.go; Go counts bytes. */
const MAX_TITLE_BYTES = 5000;

/**
 * The dashboard in the content of a key, or why there is none. What Grafana would refuse for certain is refused here, where
 * the message can name the object. Nothing of the content is in a message.
 *
 * The folder: that of the object, else of a Kubernetes-style document (whose annotation may be of the Grafana that it was exported from: so
 * who deploys it has the last word), else `GRAFANA_FOLDER_UID`.
 */
export function parseDashboard(content: Uint8Array | string, place: DashboardPlace): DesiredDashboard | Refusal {
  const whose = `The key ${quoted(place.entry)} of ${place.key}`;
  const refuse = (why: string): Refusal => {
    const message = `${whose} is no dashboard that can be pushed: ${why}.`;
    return { type: 'refused', key: place.key, entry: place.entry, reason: 'dashboard', message };
  };
  const text = typeof content === 'string' ? content : decode(content);
  const json = text === undefined ? undefined : parseJson(text);
  if (text === undefined || json === undefined) return refuse('it is no JSON');
  const document = readDocument(json);
  if (typeof document === 'string') return refuse(document);

  const { spec, apiVersion } = document;
  const { title } = spec;
  if (typeof title !== 'string' || title.trim() === '') return refuse('it has no title; give it one');
  if (Buffer.byteLength(title) > MAX_TITLE_BYTES) return refuse(`its title has more than ${MAX_TITLE_BYTES} bytes`);
  const sha256 = dashboardHash(spec);
  if (sha256 === undefined) return refuse('it is nested too deeply');
  const folder = folderByUid(document.folderUid);
  if (folder === 'invalid') return refuse('its annotation grafana.app/folder is no uid of a folder');

  const { source, entry, message, folderTitle, defaultFolderUid } = place;
  const isNamed = isUid(document.uid);
  const warnings: string[] = [];
  if (!isNamed && document.uid !== undefined) {
    const expected = 'at most 40 letters, digits, - and _';
    warnings.push(`${whose} has a uid that Grafana does not take (${expected}): it gets ${place.uid} instead.`);
  }
  if (hasOpenInputs(spec, text)) {
    warnings.push(
      `${whose} was exported for sharing: it has inputs that nobody fills in here; export it without that choice.`,
    );
  }
  const uid = isNamed ? document.uid : place.uid;
  const byDefault = defaultFolderUid === undefined ? undefined : { uid: defaultFolderUid };
  const where = { folder: place.folder ?? folder ?? byDefault, folderTitle };
  return { uid: uid as string, title, apiVersion, spec, sha256, ...where, source, entry, message, warnings };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The message of a SyntaxError would quote the content. A byte order mark is what some editors begin a file with. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

/**
 * "Export for sharing" leaves `${DS_PROMETHEUS}` and a list of such `__inputs`; only Grafana's page for imports fills them in (facts/grafana.md,
 * 3). Many have mended that by a variable of the same name, so it is pushed as it is.
 */
function hasOpenInputs({ __inputs: inputs, templating }: JsonObject, text: string): boolean {
  if (!Array.isArray(inputs)) return false;
  const list = isRecord(templating) && Array.isArray(templating['list']) ? templating['list'] : [];
  const variables = new Set(list.map(nameOf));
  const names = inputs.map(nameOf).filter((name) => typeof name === 'string');
  return names.some((name) => !variables.has(name) && text.includes(`\${${name}}`));
}

function nameOf(value: unknown): unknown {
  return isRecord(value) ? value['name'] : undefined;
}
