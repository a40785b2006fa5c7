import type { ExecPlugin } from './exec-plugin.js';

/** Who we are to which server, before any file of it was read. */
export interface CredentialInputs {
  /** The server's URL: over plain http nothing is sent that anyone could read along. */
  readonly server: string;
  /** TLS, and headers or a name with a password, of what the configuration says itself. Reads its files at each call; throws their errors. */
  readonly configured: () => Promise<Configured>;
  /** Wins over a token that is `configured`, as in client-go. */
  readonly tokenFile: string | undefined;
  readonly exec: ExecPlugin | undefined;
  /** What a plugin is told where it asks for it. */
  readonly clusterInfo: Readonly<Record<string, unknown>>;
}

export interface Configured extends TlsIdentity {
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** `name:password` */
  readonly auth?: string | undefined;
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
