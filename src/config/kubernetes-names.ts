import type { ResourceKind } from '../model.js';
import type { OptionType } from './option-type.js';

/*
 * The syntax of names, from apimachinery's pkg/util/validation: IsDNS1123Label, IsDNS1123Subdomain,
 * IsQualifiedName and IsValidLabelValue.
 */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export function isNamespaceName(text: string): boolean {
  return DNS_LABEL.test(text);
}

export function isObjectName(text: string): boolean {
  return text.length <= 253 && DNS_SUBDOMAIN.test(text);
}

/** `name` or `prefix/name`. */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf('/');
  return (slash === -1 || isObjectName(text.slice(0, slash))) && LABEL_NAME.test(text.slice(slash + 1));
}

export function isLabelValue(text: string): boolean {
  return text === '' || LABEL_NAME.test(text);
}

/** Trimmed, because the API server skips white space around a selector: a value from a YAML block ends in a newline. */
export const labelKey: OptionType<string> = {
  label: 'label key',
  parse: (text) =>
    isLabelKey(text.trim())
      ? { value: text.trim() }
      : { expected: 'a label key by the rules of Kubernetes, such as grafana_dashboard or example.com/kind' },
};

export const labelValue: OptionType<string> = {
  label: 'label value',
  parse: (text) =>
    isLabelValue(text.trim())
      ? { value: text.trim() }
      : { expected: 'a label value by the rules of Kubernetes: at most 63 letters, digits, -, _ or .' },
};

/** As a label key, but the prefix may have capitals: the API server lowers an annotation's key before it checks it. */
export const annotationKey: OptionType<string> = {
  label: 'annotation key',
  parse: (text) =>
    isLabelKey(text.trim().toLowerCase())
      ? { value: text.trim() }
      : { expected: 'an annotation key by the rules of Kubernetes, such as example.com/folder' },
};

export const namespaceName: OptionType<string> = {
  label: 'namespace',
  parse: (text) =>
    isNamespaceName(text.trim())
      ? { value: text.trim() }
      : { expected: 'the name of a namespace: at most 63 lower-case letters, digits or -' },
};

export const objectName: OptionType<string> = {
  label: 'name',
  parse: (text) =>
    isObjectName(text.trim())
      ? { value: text.trim() }
      : { expected: 'the name of an object: at most 253 lower-case letters, digits, - or .' },
};

/** An object picked by name. What is `undefined` matches everything that is read. */
export interface NameSelector {
  readonly kind: ResourceKind | undefined;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** One item of `RESOURCE_NAME`: `name`, `kind/name` or `namespace/kind/name`. */
export const nameSelector: OptionType<NameSelector> = {
  label: 'name',
  parse: (text) => {
    const [name = '', kindText, namespace, ...rest] = text.split('/').reverse();
    const kind = kindText?.toLowerCase();
    const known = kind === undefined || kind === 'configmap' || kind === 'secret';
    const valid = known && isObjectName(name) && (namespace === undefined || isNamespaceName(namespace));
    if (valid && rest.length === 0) return { value: { kind, namespace, name } };
    return { expected: 'name, kind/name or namespace/kind/name, where kind is configmap or secret' };
  },
};
