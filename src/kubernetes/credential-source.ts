import type { KubeConfig } from '@kubernetes/client-node';
import type { ExecPlugin } from './exec-plugin.js';

type Cluster = Parameters<KubeConfig['loadFromClusterAndUser']>[0];
type User = Parameters<KubeConfig['loadFromClusterAndUser']>[1];

/** Who we are to which server, before any file of it was read. */
export interface CredentialInputs {
  readonly cluster: Cluster;
  readonly user: User;
  /** Wins over a token in `user`, as in client-go. */
  readonly tokenFile: string | undefined;
  readonly exec: ExecPlugin | undefined;
}

/** What decides whether a TLS connection can be shared: equal ones can. */
export interface TlsIdentity {
  readonly ca?: string | Buffer | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

/** What goes with one request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsIdentity;
}

/** Both reject with a `SourceError` with the code `credentials`. */
export interface CredentialSource {
  /** Files are read again each time, a token file once a minute, an exec plugin when its credential ends. */
  current(): Promise<Credentials>;
  /** After a 401: everything anew, unless somebody else has done so since `refused` was given out. */
  renew(refused: Credentials): Promise<Credentials>;
}
