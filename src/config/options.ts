import { enumOf } from './enum-of.js';
import { annotationKey, labelKey, labelValue, nameSelector, namespaceName, namespaces } from './kubernetes-names.js';
import { listOf } from './list-of.js';
import type { FileKey, OptionSpec } from './option-spec.js';
import type { OptionType } from './option-type.js';
import { absolutePath, httpUrl, path, proxyUrl, stateLocation } from './place-types.js';
import {
  boolean,
  count,
  factor,
  octalMode,
  port,
  positiveSeconds,
  seconds,
  text,
  wholeSeconds,
} from './scalar-types.js';
import { textEncoding } from './text-encoding.js';

const contract = 'established contract';
const ours = 'ours';

/**
 * The one table of options: variables, flags, file keys, `--help` and docs/configuration.md come from it.
 * What it leaves open is in `readConfig`: precedence, and checks that need more than one option.
 */
export const options = {
  LABEL: {
    section: 'collect',
    type: labelKey,
    required: true,
    source: contract,
    text: 'Key of the label to select objects by.',
  },
  LABEL_VALUE: {
    section: 'collect',
    type: labelValue,
    unset: 'any value',
    source: contract,
    text: 'Value that the label must have.',
  },
  RESOURCE: {
    section: 'collect',
    type: enumOf({ configmap: 'configmap', secret: 'secret', both: 'both' }),
    default: 'configmap',
    source: contract,
    text: 'Kind of objects to collect: configmap, secret or both.',
  },
  NAMESPACE: {
    section: 'collect',
    type: namespaces,
    unset: "the pod's own",
    source: contract,
    text: 'Namespaces to read, as a comma list, or ALL.',
  },
  RESOURCE_NAME: {
    section: 'collect',
    type: listOf(nameSelector),
    unset: 'selection by label',
    source: contract,
    text: 'Objects to read by name instead of by label: a comma list of name, kind/name or namespace/kind/name.',
  },
  METHOD: {
    section: 'collect',
    type: enumOf({ list: 'LIST', sleep: 'SLEEP', watch: 'WATCH' }, 'WATCH'),
    default: 'WATCH',
    source: contract,
    text: 'LIST collects once and exits, SLEEP lists again after each SLEEP_TIME, anything else watches.',
  },
  SLEEP_TIME: {
    section: 'collect',
    type: positiveSeconds,
    default: '60',
    source: contract,
    text: 'Seconds between two lists with METHOD=SLEEP.',
  },
  IGNORE_ALREADY_PROCESSED: {
    section: 'collect',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Accepted, changes nothing: a watch is always resumed, so nothing is handled twice.',
  },
  WATCH_SERVER_TIMEOUT: {
    section: 'collect',
    type: wholeSeconds,
    default: '60',
    source: contract,
    text: 'Seconds after which the API server is asked to close a watch, which is then resumed.',
  },
  WATCH_CLIENT_TIMEOUT: {
    section: 'collect',
    type: positiveSeconds,
    default: '66',
    source: contract,
    text: 'Seconds of silence after which a watch is dropped and resumed; 130 at most where bookmarks were seen.',
  },
  ERROR_THROTTLE_SLEEP: {
    section: 'collect',
    type: positiveSeconds,
    default: '0.8',
    source: "client-go's reflector",
    text: 'Seconds to wait after the first failed list or watch; doubled with jitter for each further one, up to 30.',
  },
  LIST_TIMEOUT: {
    section: 'collect',
    type: positiveSeconds,
    default: '120',
    source: ours,
    text: 'Seconds that METHOD=LIST tries to complete its lists before it exits with 1.',
  },
  LIST_STRICT: {
    section: 'collect',
    type: boolean,
    default: 'false',
    source: ours,
    text: 'Whether an object that is refused makes METHOD=LIST exit with 1.',
  },

  FOLDER: {
    section: 'place',
    type: path,
    required: true,
    source: contract,
    text: 'Folder that the files go to; created if it is missing.',
  },
  FOLDER_ANNOTATION: {
    section: 'place',
    type: annotationKey,
    default: 'k8s-sidecar-target-directory',
    source: contract,
    text: 'Annotation of an object that names another folder: absolute, or relative to FOLDER.',
  },
  FOLDER_ALLOWED_ROOTS: {
    section: 'place',
    type: listOf(absolutePath),
    unset: 'FOLDER and its volume',
    source: ours,
    text: 'Folders outside FOLDER that annotations may name, as a comma list.',
  },
  UNIQUE_FILENAMES: {
    section: 'place',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Whether files are called namespace_<namespace>.<kind>_<object>.<key>.',
  },
  DEFAULT_FILE_MODE: {
    section: 'place',
    type: octalMode,
    unset: 'by the umask',
    source: contract,
    text: 'Mode of the files, in octal digits such as 440.',
  },
  FILE_WRITE: {
    section: 'place',
    type: enumOf({ atomic: 'atomic', 'in-place': 'in-place' }),
    default: 'atomic',
    source: ours,
    text: 'atomic replaces a file by one rename; in-place is for targets that cannot be renamed over.',
  },
  STATE: {
    section: 'place',
    type: stateLocation,
    default: 'auto',
    source: ours,
    text: 'Where the owned files are remembered: auto (in FOLDER), off (in memory only), or a directory on the same file system.',
  },

  SCRIPT: {
    section: 'tell',
    type: absolutePath,
    later: true,
    unset: 'none',
    source: contract,
    text: 'Script to run after files changed.',
  },
  REQ_URL: {
    section: 'tell',
    type: httpUrl,
    unset: 'no request',
    source: contract,
    text: 'URL to request after files changed.',
  },
  REQ_METHOD: {
    section: 'tell',
    type: enumOf({ get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' }),
    default: 'GET',
    source: contract,
    text: 'Method of that request: GET, POST, PUT, PATCH or DELETE.',
  },
  REQ_PAYLOAD: {
    section: 'tell',
    type: text,
    secret: 'content',
    unset: 'no body',
    source: contract,
    text: 'Body of that request: JSON if it parses, otherwise sent as a JSON string.',
  },
  REQ_SKIP_INIT: {
    section: 'tell',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Whether the initial sync sends no request.',
  },
  REQ_TIMEOUT: {
    section: 'tell',
    type: positiveSeconds,
    default: '10',
    source: contract,
    text: 'Seconds that one request may take.',
  },
  REQ_RETRY_TOTAL: {
    section: 'tell',
    type: count,
    default: '5',
    source: contract,
    text: 'Retries of a request in all; caps the other two.',
  },
  REQ_RETRY_CONNECT: {
    section: 'tell',
    type: count,
    default: '10',
    source: contract,
    text: 'Retries of a request that could not connect.',
  },
  REQ_RETRY_READ: {
    section: 'tell',
    type: count,
    default: '5',
    source: contract,
    text: 'Retries of a request whose answer did not arrive.',
  },
  REQ_RETRY_BACKOFF_FACTOR: {
    section: 'tell',
    type: factor,
    default: '1.1',
    source: contract,
    text: 'Retry n waits this many seconds times 2^(n-1), 120 at most.',
  },
  REQ_USERNAME: {
    section: 'tell',
    type: text,
    unset: 'no authentication',
    source: contract,
    text: 'User name of basic authentication.',
  },
  REQ_PASSWORD: {
    section: 'tell',
    type: text,
    secret: 'credential',
    unset: 'no authentication',
    source: contract,
    text: 'Password of basic authentication.',
  },
  REQ_USERNAME_FILE: {
    section: 'tell',
    type: path,
    unset: 'REQ_USERNAME',
    source: contract,
    text: 'File that holds the user name, read at each request; wins over REQ_USERNAME.',
  },
  REQ_PASSWORD_FILE: {
    section: 'tell',
    type: path,
    unset: 'REQ_PASSWORD',
    source: contract,
    text: 'File that holds the password, read at each request; wins over REQ_PASSWORD.',
  },
  REQ_BASIC_AUTH_ENCODING: {
    section: 'tell',
    type: textEncoding,
    default: 'latin1',
    source: contract,
    text: 'Encoding of the credentials: latin1, utf-8 or ascii.',
  },
  REQ_SKIP_TLS_VERIFY: {
    section: 'tell',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Whether certificates go unverified, for everything but the Kubernetes API.',
  },
  ENABLE_5XX: {
    section: 'tell',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Whether the body of a 5xx answer to a .url key is written instead of treated as a failure.',
  },
  NOTIFY_DEBOUNCE: {
    section: 'tell',
    type: seconds,
    default: '1',
    source: 'prometheus-config-reloader',
    text: 'Seconds without a change that end a batch; 0 tells of each change on its own.',
  },
  NOTIFY_MAX_WAIT: {
    section: 'tell',
    type: seconds,
    default: '10',
    source: ours,
    text: 'Seconds that a batch waits at most.',
  },
  NOTIFY_RETRY_INTERVAL: {
    section: 'tell',
    type: positiveSeconds,
    default: '60',
    source: ours,
    text: 'Longest wait, in seconds, between tries of an owed notification once the retries of the request are spent.',
  },

  KUBECONFIG: {
    section: 'run',
    type: text,
    unset: 'in-cluster, else ~/.kube/config',
    source: contract,
    text: 'Client configuration of the Kubernetes API; several files are separated as in PATH.',
  },
  POD_NAMESPACE: {
    section: 'run',
    type: namespaceName,
    unset: 'service-account file',
    source: ours,
    text: "The pod's own namespace.",
  },
  SKIP_TLS_VERIFY: {
    section: 'run',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Whether the certificate of the Kubernetes API goes unverified.',
  },
  DISABLE_X509_STRICT_VERIFICATION: {
    section: 'run',
    type: boolean,
    default: 'false',
    source: contract,
    text: 'Accepted, changes nothing: OpenSSL in Node is not strict in that sense.',
  },
  HEALTH_PORT: {
    section: 'run',
    type: port,
    default: '8080',
    source: contract,
    text: 'Port of the health and metrics endpoints.',
  },
  HEALTH_HOST: {
    section: 'run',
    type: text,
    unset: 'all, IPv6 and IPv4',
    source: contract,
    text: 'Address that the endpoints bind to.',
  },
  LOG_LEVEL: {
    section: 'run',
    type: enumOf({
      debug: 'DEBUG',
      info: 'INFO',
      warn: 'WARNING',
      warning: 'WARNING',
      error: 'ERROR',
      critical: 'CRITICAL',
      fatal: 'CRITICAL',
    }),
    default: 'INFO',
    source: contract,
    text: 'Least level that is logged: DEBUG, INFO, WARN (WARNING), ERROR or CRITICAL (FATAL).',
  },
  LOG_FORMAT: {
    section: 'run',
    type: enumOf({ json: 'JSON', logfmt: 'LOGFMT' }),
    default: 'JSON',
    source: contract,
    text: 'JSON or LOGFMT, one record a line.',
  },
  LOG_TZ: {
    section: 'run',
    type: enumOf({ local: 'LOCAL', utc: 'UTC' }),
    default: 'LOCAL',
    source: contract,
    text: 'Time zone of the log: LOCAL or UTC.',
  },
  LOG_CONFIG: {
    section: 'run',
    type: path,
    later: true,
    unset: 'none',
    source: contract,
    text: 'Logging configuration of the established tool.',
  },
  HTTP_PROXY: {
    section: 'run',
    type: proxyUrl,
    alsoAs: ['http_proxy'],
    unset: 'none',
    source: contract,
    text: 'Proxy for http:// requests, never for the Kubernetes API; http_proxy wins.',
  },
  HTTPS_PROXY: {
    section: 'run',
    type: proxyUrl,
    alsoAs: ['https_proxy'],
    unset: 'none',
    source: contract,
    text: 'Proxy for https:// requests, never for the Kubernetes API; https_proxy wins.',
  },
  NO_PROXY: {
    section: 'run',
    type: text,
    alsoAs: ['no_proxy'],
    unset: 'none',
    source: contract,
    text: 'Hosts that are requested without a proxy, as a comma list; no_proxy wins.',
  },
  SSL_CERT_FILE: {
    section: 'run',
    type: path,
    unset: "Node's own",
    source: contract,
    text: 'Certificate authorities for requests, never for the Kubernetes API.',
  },
  REQUESTS_CA_BUNDLE: {
    section: 'run',
    type: path,
    unset: "Node's own",
    source: contract,
    text: 'As SSL_CERT_FILE, and wins over it.',
  },
} as const satisfies Record<string, OptionSpec>;

export type Variable = keyof typeof options;

type ValueOf<Spec extends OptionSpec> =
  Spec['type'] extends OptionType<infer T>
    ? Spec extends { readonly default: string } | { readonly required: true }
      ? T
      : T | undefined
    : never;

/** The effective configuration, by file key, each value in the unit of its row: durations are seconds. */
export type Config = { readonly [V in Variable as FileKey<V>]: ValueOf<(typeof options)[V]> };

/** The table for code that treats all options alike. */
export const optionEntries = Object.entries(options) as unknown as readonly (readonly [Variable, OptionSpec])[];
