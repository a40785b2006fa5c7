import { ConfigError } from './config-error.js';
import type { Config } from './options.js';

/** What contradicts itself in the options of a request: where two would count, which one does would be a guess. */
export function requestConflicts(config: Config): readonly ConfigError[] {
  const { reqCertFile, reqKeyFile, reqMethod, reqPayload, reqPayloadChanges } = config;
  const faults: ConfigError[] = [];
  const logins = loginsOf(config);
  if (logins.length > 1) {
    const message = `Expected one of ${logins.join(' and ')} to be set, got ${logins.length}: keep the one that the target asks for.`;
    faults.push(new ConfigError('invalid', message));
  }
  if ((reqCertFile === undefined) !== (reqKeyFile === undefined)) {
    const [set, unset] =
      reqCertFile === undefined ? ['REQ_KEY_FILE', 'REQ_CERT_FILE'] : ['REQ_CERT_FILE', 'REQ_KEY_FILE'];
    const message = `Expected \`${unset}\` to be set, since \`${set}\` is: a client certificate needs both.`;
    faults.push(new ConfigError('missing', message));
  }
  if (reqPayloadChanges && reqPayload !== undefined) {
    const message =
      'Expected one of `REQ_PAYLOAD` and `REQ_PAYLOAD_CHANGES` to be set, got both: a request has one body.';
    faults.push(new ConfigError('invalid', message));
  }
  if (reqPayloadChanges && (reqMethod === 'GET' || reqMethod === 'DELETE')) {
    const message = `Expected \`REQ_METHOD\` to be POST, PUT or PATCH with \`REQ_PAYLOAD_CHANGES\`, got ${reqMethod}, which carries no body.`;
    faults.push(new ConfigError('invalid', message));
  }
  return faults;
}

/** What would be the `Authorization` of a request. The headers in a file are not known yet. */
function loginsOf(config: Config): readonly string[] {
  const { reqUsername, reqPassword, reqUsernameFile, reqPasswordFile, reqToken, reqTokenFile } = config;
  const headers = config.reqHeadersFile === undefined ? config.reqHeaders : undefined;
  const logins: readonly (readonly [string, unknown])[] = [
    ['`REQ_USERNAME` with `REQ_PASSWORD`', reqUsername ?? reqPassword ?? reqUsernameFile ?? reqPasswordFile],
    ['`REQ_TOKEN`', reqToken ?? reqTokenFile],
    ['Authorization in `REQ_HEADERS`', headers?.['authorization']],
  ];
  return logins.filter(([, value]) => value !== undefined).map(([name]) => name);
}
