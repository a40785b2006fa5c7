import { userinfoOf } from '../userinfo.js';
import { fileKey } from './option-spec.js';
import { type Config, optionEntries } from './options.js';

/** A value in a query shorter than this is more likely `true` or `1` than a token. */
const MIN_QUERY_SECRET = 8;

/**
 * Every credential that the configuration itself holds, for the log's redaction by value: secret options, and the
 * userinfo and the query of every URL (charts put tokens there). Credentials in files are added by who reads them.
 */
export function secretsOf(config: Config): readonly string[] {
  const secrets = new Set<string>();
  for (const [variable, spec] of optionEntries) {
    const value = config[fileKey(variable)];
    if (typeof value !== 'string') continue;
    if (spec.secret === 'credential') secrets.add(value);
    const url = spec.type.show && URL.parse(value.includes('://') ? value : `http://${value}`);
    if (url) for (const secret of secretsOfUrl(url)) secrets.add(secret);
  }
  secrets.delete('');
  return [...secrets];
}

function secretsOfUrl(url: URL): readonly string[] {
  const values = [...url.searchParams.values()].filter((value) => value.length >= MIN_QUERY_SECRET);
  return [url.password, userinfoOf(url).password, url.search.slice(1), ...values];
}
