import type { Config } from '../../config/options.js';
import { networkFromEnv } from '../../http/find-proxy.js';

/** Proxies, and the authorities for whoever has none of its own, for all requests of ours but those to the Kubernetes API. */
export function networkOf(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof networkFromEnv> {
  return networkFromEnv({
    ...env,
    http_proxy: config.httpProxy,
    https_proxy: config.httpsProxy,
    no_proxy: config.noProxy,
    SSL_CERT_FILE: config.sslCertFile,
    REQUESTS_CA_BUNDLE: config.requestsCaBundle,
  });
}
