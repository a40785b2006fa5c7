import type { ContractRow } from './contract-row.js';

const same = { kind: 'same' } as const;
const sameAnd = (note: string) => ({ kind: 'same', note }) as const;
const better = (how: string) => ({ kind: 'better', how }) as const;
const switched = (how: string, back: string) => ({ kind: 'switch', how, switch: back }) as const;

/**
 * The drop-in contract, row by row: docs/compatibility.md and the README's migration table are made from it, and every row has
 * a test that begins with its id.
 */
export const contractRows = [
  {
    id: 'LABEL',
    section: 'collect',
    established: 'Key of the label that selects objects. Required.',
    ours: sameAnd('May be absent where `LABEL_SELECTOR` or `FIELD_SELECTOR` is set.'),
  },
  {
    id: 'LABEL_VALUE',
    section: 'collect',
    established: 'Value that the label must have. Default: any.',
    ours: same,
  },
  {
    id: 'RESOURCE',
    section: 'collect',
    established: '`configmap` (default), `secret` or `both`.',
    ours: same,
  },
  {
    id: 'NAMESPACE',
    section: 'collect',
    established: "Comma list of namespaces, or `ALL`. Default: the pod's own.",
    ours: sameAnd(
      'From a kubeconfig: the namespace of its context, else `default`. Items may be globs, and `!` excludes.',
    ),
  },
  {
    id: 'RESOURCE_NAME',
    section: 'collect',
    established:
      'Objects by name instead of by label: `name`, `kind/name` or `namespace/kind/name`. Ignored with `NAMESPACE=ALL`; a watch becomes polling.',
    ours: better(
      'Honoured with `ALL` too, and watched: one watch for each name, which RBAC `resourceNames` can grant.',
    ),
  },
  {
    id: 'METHOD',
    section: 'collect',
    established:
      '`LIST` collects once and exits, `SLEEP` lists now and then, anything else watches, also an empty value.',
    ours: sameAnd('With `LIST` hooks are tried, and neither hold nor fail the exit.'),
  },
  {
    id: 'SLEEP_TIME',
    section: 'collect',
    established: 'Seconds between two lists with `METHOD=SLEEP`. Default: 60.',
    ours: same,
  },
  {
    id: 'IGNORE_ALREADY_PROCESSED',
    section: 'collect',
    established: 'Skips objects whose resourceVersion was handled already. Default: false.',
    ours: better('Accepted and never needed: a watch is resumed, so nothing is handled twice.'),
  },
  {
    id: 'WATCH_SERVER_TIMEOUT',
    section: 'collect',
    established: 'Seconds after which the API server is asked to close a watch. Default: 60.',
    ours: same,
  },
  {
    id: 'WATCH_CLIENT_TIMEOUT',
    section: 'collect',
    established: 'Seconds of silence after which the client drops a watch. Default: 66.',
    ours: better('Honoured also where it is set, and 130 s at most where the server sends bookmarks.'),
  },
  {
    id: 'ERROR_THROTTLE_SLEEP',
    section: 'collect',
    established: 'Seconds to wait after an error. Default: 5.',
    ours: better('The first of waits that double with jitter, up to 30 s. Default: 0.8.'),
  },

  {
    id: 'FOLDER',
    section: 'place',
    established: 'Target folder, created if it is missing. Required.',
    ours: same,
  },
  {
    id: 'FOLDER_ANNOTATION',
    section: 'place',
    established:
      'Annotation of an object that names another folder, absolute or relative to `FOLDER`. Default: `k8s-sidecar-target-directory`.',
    ours: sameAnd('The folder must be an allowed one: see `folder-annotation-leads-outside`.'),
  },
  {
    id: 'UNIQUE_FILENAMES',
    section: 'place',
    established: 'Files are called `namespace_<namespace>.<configmap|secret>_<object>.<key>`. Default: false.',
    ours: same,
  },
  {
    id: 'DEFAULT_FILE_MODE',
    section: 'place',
    established: 'Mode of the files in octal digits. Default: by the umask. Set after the file was written.',
    ours: better('Set before the file has its name, so a Secret is at no moment readable to more.'),
  },
  {
    id: 'keys-become-files',
    section: 'place',
    established: 'Each key of `data` (text), of `binaryData` and of a Secret (base64) becomes one file of that name.',
    ours: same,
  },
  {
    id: 'url-keys',
    section: 'place',
    established:
      'A key that ends in `.url` holds a URL: the suffix is cut off, and the file gets what the URL returns.',
    ours: sameAnd('With limits of size and time: `URL_MAX_BYTES`, `URL_TIMEOUT`.'),
  },
  {
    id: 'same-content',
    section: 'place',
    established: 'A file whose content is the same is not written, and counts as no change.',
    ours: same,
  },
  {
    id: 'removal',
    section: 'place',
    established:
      'A key that goes, an object that is deleted or loses its label, and an annotation that changes remove the old file.',
    ours: same,
  },
  {
    id: 'reserved-names',
    section: 'place',
    established: 'Any name of a key becomes a file.',
    ours: better('Keys that begin with `.ks-` are refused: the prefix is reserved for state and stage files.'),
  },

  {
    id: 'SCRIPT',
    section: 'tell',
    established:
      'Script that runs after files changed and before the request: executed if executable, else given to `sh`.',
    ours: better(
      'With a timeout, what changed in its environment, none of our credentials, and owed until it succeeds.',
    ),
  },
  {
    id: 'REQ_URL',
    section: 'tell',
    established: 'URL that is requested after files changed.',
    ours: sameAnd('`unix:/path/of.sock:/path` asks a socket.'),
  },
  {
    id: 'REQ_METHOD',
    section: 'tell',
    established: '`GET` (default) or `POST`.',
    ours: sameAnd('Also `PUT`, `PATCH` and `DELETE`.'),
  },
  {
    id: 'REQ_PAYLOAD',
    section: 'tell',
    established: 'Body of a POST: JSON if it parses, else a JSON string.',
    ours: same,
  },
  {
    id: 'REQ_SKIP_INIT',
    section: 'tell',
    established: 'No request for the initial sync. Default: false.',
    ours: same,
  },
  {
    id: 'REQ_RETRY_TOTAL',
    section: 'tell',
    established: 'Retries of a request in all; caps the other two. Default: 5.',
    ours: sameAnd('What is still not heard then is owed: see `request-forgotten`.'),
  },
  {
    id: 'REQ_RETRY_CONNECT',
    section: 'tell',
    established: 'Retries of a request that could not connect. Default: 10.',
    ours: same,
  },
  {
    id: 'REQ_RETRY_READ',
    section: 'tell',
    established: 'Retries of a request whose answer did not come. Default: 5.',
    ours: same,
  },
  {
    id: 'REQ_RETRY_BACKOFF_FACTOR',
    section: 'tell',
    established: 'Retry n waits this many seconds times 2^(n-1), 120 at most. Default: 1.1.',
    ours: same,
  },
  {
    id: 'REQ_TIMEOUT',
    section: 'tell',
    established: 'Seconds that a request may take. Default: 10.',
    ours: same,
  },
  {
    id: 'REQ_USERNAME',
    section: 'tell',
    established: 'User name of basic authentication.',
    ours: same,
  },
  {
    id: 'REQ_PASSWORD',
    section: 'tell',
    established: 'Password of basic authentication.',
    ours: same,
  },
  {
    id: 'REQ_USERNAME_FILE',
    section: 'tell',
    established: 'File that holds the user name; wins over the plain variable, the flag wins over both.',
    ours: sameAnd('Read at each request.'),
  },
  {
    id: 'REQ_PASSWORD_FILE',
    section: 'tell',
    established: 'File that holds the password; wins over the plain variable, the flag wins over both.',
    ours: sameAnd('Read at each request.'),
  },
  {
    id: 'REQ_BASIC_AUTH_ENCODING',
    section: 'tell',
    established: 'Encoding of user name and password. Default: `latin1`.',
    ours: same,
  },
  {
    id: 'REQ_SKIP_TLS_VERIFY',
    section: 'tell',
    established: 'No verification of certificates for anything but the Kubernetes API. Default: false.',
    ours: same,
  },
  {
    id: 'ENABLE_5XX',
    section: 'tell',
    established: 'Is to write the body of a 5xx answer to a `.url` key; writes an empty file. Default: false.',
    ours: better('Writes the body.'),
  },

  {
    id: 'KUBECONFIG',
    section: 'run',
    established: 'Client configuration. Default: in-cluster, else `~/.kube/config`.',
    ours: same,
  },
  {
    id: 'SKIP_TLS_VERIFY',
    section: 'run',
    established: 'No verification of the certificate of the Kubernetes API. Default: false.',
    ours: same,
  },
  {
    id: 'DISABLE_X509_STRICT_VERIFICATION',
    section: 'run',
    established: 'Takes certificates of the Kubernetes API that strict rules refuse. Default: false.',
    ours: better('Accepted and never needed: TLS in Node has no such rules.'),
  },
  {
    id: 'HEALTH_PORT',
    section: 'run',
    established: 'Port of the health server. Default: 8080.',
    ours: same,
  },
  {
    id: 'HEALTH_HOST',
    section: 'run',
    established: 'Address that the health server binds to. Default: dual stack, else IPv4.',
    ours: same,
  },
  {
    id: 'LOG_LEVEL',
    section: 'run',
    established: '`DEBUG`, `INFO` (default), `WARN`, `ERROR` or `CRITICAL`, and their usual aliases.',
    ours: same,
  },
  {
    id: 'LOG_FORMAT',
    section: 'run',
    established: '`JSON` (default) or `LOGFMT`.',
    ours: sameAnd('Without exception: every line is a record.'),
  },
  {
    id: 'LOG_TZ',
    section: 'run',
    established: '`LOCAL` (default) or `UTC`; ISO 8601 with offset.',
    ours: same,
  },
  {
    id: 'LOG_CONFIG',
    section: 'run',
    established: "File with a configuration of Python's logging, in YAML.",
    ours: better(
      'Level, format and a file handler are taken from it; a warning names the rest, and nothing of it stops the start.',
    ),
  },
  {
    id: 'HTTP_PROXY',
    section: 'run',
    established: 'Proxy for http:// requests.',
    ours: sameAnd('Never for the Kubernetes API, unless the kubeconfig says so.'),
  },
  {
    id: 'HTTPS_PROXY',
    section: 'run',
    established: 'Proxy for https:// requests.',
    ours: sameAnd('Never for the Kubernetes API, unless the kubeconfig says so.'),
  },
  {
    id: 'NO_PROXY',
    section: 'run',
    established: 'Hosts that are asked without a proxy.',
    ours: same,
  },
  {
    id: 'SSL_CERT_FILE',
    section: 'run',
    established: 'Certificate authorities for requests.',
    ours: sameAnd('Never for the Kubernetes API.'),
  },
  {
    id: 'REQUESTS_CA_BUNDLE',
    section: 'run',
    established: 'Certificate authorities for requests; wins over `SSL_CERT_FILE`.',
    ours: sameAnd('Never for the Kubernetes API.'),
  },
  {
    id: 'healthz',
    section: 'run',
    established:
      '`GET /healthz`: 503 until the initial sync, then 200 `OK`; 503 when the API has been out of reach for 60 s or a watch is dead.',
    ours: better(
      'As promised: no timer of its own makes a dead watch look alive, and a file that was not written is no sync.',
    ),
  },

  {
    id: 'booleans',
    section: 'habits',
    established: 'True is `true` in any case; anything else is false, `yes`, `1` and the empty value included.',
    ours: same,
  },
  {
    id: 'empty-values',
    section: 'habits',
    established: 'An empty value of what is no boolean means unset. Charts pass such.',
    ours: same,
  },
  {
    id: 'words-and-lists',
    section: 'habits',
    established: 'Words may be in any case, items of lists may have blanks around them.',
    ours: same,
  },
  {
    id: 'silence-without-change',
    section: 'habits',
    established: 'Where no file changed, neither script nor request runs.',
    ours: same,
  },
  {
    id: 'script-before-request',
    section: 'habits',
    established: 'The script has ended before the request is sent.',
    ours: same,
  },
  {
    id: 'arguments',
    section: 'habits',
    established: 'Arguments of the container go to the program: `--req-username-file`, `--req-password-file`.',
    ours: sameAnd('Every variable is a flag as well.'),
  },

  {
    id: 'files-in-place',
    section: 'difference',
    established: 'Writes files in place: readers see halves.',
    ours: switched(
      'Stages a file, sets its mode, renames it: readers see the old one or the new one.',
      '`FILE_WRITE=in-place`, for targets that cannot be renamed over',
    ),
  },
  {
    id: 'watch-starts-anew',
    section: 'difference',
    established: 'Watches anew each 60 s from nowhere: everything is sent again, and what was deleted meanwhile stays.',
    ours: better(
      'Lists once, resumes where it was, lists again on 410, and removes what a complete list no longer has.',
    ),
  },
  {
    id: 'state-in-memory',
    section: 'difference',
    established: 'Remembers in memory: files of objects that were deleted while it was down stay for ever.',
    ours: switched(
      'Remembers beside the files which ones are its own, and removes stale ones after complete lists. What others wrote is replaced where an object wants its path, else left alone.',
      '`STATE=off`',
    ),
  },
  {
    id: 'one-file-two-objects',
    section: 'difference',
    established: 'Two objects with one file: the last write wins, and deleting either removes it.',
    ours: better(
      'One winner, the oldest; the other takes over without a gap when it goes. Both are named in a warning.',
    ),
  },
  {
    id: 'objects-by-joined-name',
    section: 'difference',
    established: 'Takes `a/bc` and `ab/c` for one object.',
    ours: better('Tells objects apart by kind, namespace and name.'),
  },
  {
    id: 'run-for-each-object',
    section: 'difference',
    established: 'One run of the script and one request for each object that changed.',
    ours: switched(
      'One of each when changes have settled; the initial sync counts as one.',
      '`NOTIFY_DEBOUNCE=0`, a run for each change',
    ),
  },
  {
    id: 'request-forgotten',
    section: 'difference',
    established: 'A request that failed is logged and forgotten.',
    ours: better(
      'It is owed until it succeeds, across restarts. After 401 or 403 one try in 15 minutes, and at once when a credential file changes: Grafana locks accounts.',
    ),
  },
  {
    id: 'folder-annotation-leads-outside',
    section: 'difference',
    established: 'Follows `../x` and any absolute path in the folder annotation.',
    ours: switched(
      'Stays in `FOLDER`, in the emptyDir that holds it, and in `FOLDER_ALLOWED_ROOTS`; another object is refused by a line that says how to allow it.',
      '`FOLDER_ALLOWED_ROOTS=/`',
    ),
  },
  {
    id: 'url-gets-credentials',
    section: 'difference',
    established: 'Sends `REQ_USERNAME` and `REQ_PASSWORD` to every host that a `.url` key names.',
    ours: switched('Sends them to the origin of `REQ_URL` alone.', '`URL_AUTH_HOSTS=*`, or the hosts that need them'),
  },
  {
    id: 'url-reaches-anything',
    section: 'difference',
    established: 'Fetches a `.url` from anywhere, the metadata service of the cloud included.',
    ours: switched(
      'Refuses link-local addresses, loopback and the Kubernetes API, by the address that is connected to, at each redirect. `URL_ALLOWED_HOSTS` names loopback hosts that are fine.',
      '`URL_DENY=none`',
    ),
  },
  {
    id: 'url-failure-empties-file',
    section: 'difference',
    established: 'A `.url` that fails leaves an empty file where a good one was.',
    ours: better('The last good file stays, and the fetch is tried again.'),
  },
  {
    id: 'url-fetched-on-delete',
    section: 'difference',
    established: 'Deleting a `.url` key downloads it again.',
    ours: better('Asks nobody.'),
  },
  {
    id: 'exit-codes',
    section: 'difference',
    established: 'Exits with 0 on a wrong configuration; a first list that is refused ends the process.',
    ours: switched(
      'Exits with 2 on a wrong configuration. A list that fails is tried again; `METHOD=LIST` exits with 1 after `LIST_TIMEOUT`. Faults of one object count for neither.',
      '`LIST_STRICT=true` lets them count',
    ),
  },
  {
    id: 'settings-without-effect',
    section: 'difference',
    established:
      '`WATCH_CLIENT_TIMEOUT` has no effect, `SKIP_TLS_VERIFY` with `DISABLE_X509_STRICT_VERIFICATION` crashes, `ENABLE_5XX` writes an empty file, a 500 on a watch or a 403 on the first list ends the process.',
    ours: better('Each does what its name says, and no answer of the API server ends the process.'),
  },
  {
    id: 'secrets-in-log',
    section: 'difference',
    established: 'Logs payloads, bodies of answers, and URLs with tokens.',
    ours: better('Never: queries, credentials and content enter no line, at `DEBUG` neither.'),
  },
  {
    id: 'health-port-taken',
    section: 'difference',
    established: 'A second container on one health port: a traceback, and it goes on.',
    ours: better('One warning, and it goes on; the port is taken over when it becomes free.'),
  },

  {
    id: 'chart-grafana',
    section: 'charts',
    established:
      'Grafana, kube-prometheus-stack: up to five in one pod, the main ones on one health port; reloads by POST with the password of the administrator.',
    ours: same,
  },
  {
    id: 'chart-loki',
    section: 'charts',
    established:
      'Loki: folders below `/rules` are tenants, `/healthz` is its probe, the root file system is read-only.',
    ours: same,
  },
  {
    id: 'chart-cortex',
    section: 'charts',
    established: 'Cortex: `METHOD` may be empty, `HEALTH_PORT` is 8081, `FOLDER` may itself be that of a tenant.',
    ours: sameAnd('There `STATE` names a directory elsewhere.'),
  },
  {
    id: 'chart-jenkins',
    section: 'charts',
    established:
      'Jenkins: an init container with `LIST`, a sidecar that watches or sleeps, a token in the query of `REQ_URL`.',
    ours: same,
  },
  {
    id: 'pod-life',
    section: 'charts',
    established:
      'SIGTERM ends with exit code 0; any UID and GID, a read-only root file system; arguments go to the entrypoint.',
    ours: same,
  },
  {
    id: 'readers-of-the-folder',
    section: 'charts',
    established:
      'Grafana takes every `*.json`, dot files too, and forgets dashboards whose file is gone before it loads new ones; Loki and Mimir read every file of a tenant.',
    ours: better(
      'State and stage files begin with `.ks-`, carry no such ending and lie at the root of `FOLDER` alone; new files stand before old ones go.',
    ),
  },
] as const satisfies readonly ContractRow[];

export type ContractRowId = (typeof contractRows)[number]['id'];
