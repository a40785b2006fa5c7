/*
 * What apimachinery 0.37 says of names (pkg/api/validate/content and pkg/util/validation), word for word: none at all
 * means that the name is fine.
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const QUALIFIED_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const CONFIG_KEY_TEXT = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern}$`).test(text);
}

function regexError(text: string, pattern: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${text} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

export function subdomainFaults(name: string): readonly string[] {
  return [
    ...(name.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(matches(SUBDOMAIN, name) ? [] : [regexError(SUBDOMAIN_TEXT, SUBDOMAIN, 'example.com')]),
  ];
}

export function dnsLabelFaults(name: string): readonly string[] {
  const dotted = matches(SUBDOMAIN, name);
  const syntax = dotted ? 'must not contain dots' : regexError(LABEL_TEXT, LABEL, 'my-name', '123-abc');
  return [
    ...(name.length > 63 ? ['must be no more than 63 characters'] : []),
    ...(matches(LABEL, name) ? [] : [syntax]),
  ];
}

/** Keys of labels and annotations, finalizers. */
export function labelKeyFaults(key: string): readonly string[] {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const syntax = regexError(QUALIFIED_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc');
  if (more.length > 0) {
    return [`a valid label key ${syntax} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const ofPrefix = prefix === '' ? ['must be non-empty'] : prefix === undefined ? [] : subdomainFaults(prefix);
  return [
    ...ofPrefix.map((fault) => `prefix part ${fault}`),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > 63 ? ['name part must be no more than 63 bytes'] : []),
    ...(matches(QUALIFIED, name) ? [] : [`name part ${syntax}`]),
  ];
}

export function labelValueFaults(value: string): readonly string[] {
  return [
    ...(value.length > 63 ? ['must be no more than 63 bytes'] : []),
    ...(matches(LABEL_VALUE, value) ? [] : [regexError(LABEL_VALUE_TEXT, LABEL_VALUE, 'MyValue', 'my_value', '12345')]),
  ];
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyFaults(key: string): readonly string[] {
  const isChosen = key === '.' || key === '..';
  return [
    ...(key.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(matches(CONFIG_KEY, key) ? [] : [regexError(CONFIG_KEY_TEXT, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name')]),
    ...(isChosen ? [`must not be '${key}'`] : key.startsWith('..') ? ["must not start with '..'"] : []),
  ];
}
