import { createHash } from 'node:crypto';
import { type BasicAuthOptions, type Credentials, readBasicAuth } from '../../http/basic-auth.js';
import { type BearerTokenOptions, readBearerToken } from '../../http/bearer-token.js';
import {
  type ClientCertificate,
  type ClientCertificateOptions,
  readClientCertificate,
} from '../../http/client-certificate.js';
import { readTextFile } from '../../http/read-text-file.js';
import { type Headers, parseHeaderLines } from '../../request/header-lines.js';
import { type Secret, secretsOfHeaders } from './secrets-of-headers.js';

/** By what a target knows us. One of basic authentication, a token, and an `Authorization` among the headers. */
export interface RequestCredentialsOptions extends BasicAuthOptions, BearerTokenOptions, ClientCertificateOptions {
  readonly headers?: Headers | undefined;
  /** One `Name: value` a line; read at each request, wins over its plain twin. */
  readonly headersFile?: string | undefined;
}

/** What is for the origin of the target alone. */
export interface RequestCredentials {
  /** `authorization` among them. */
  readonly headers: Headers;
  readonly clientCertificate: ClientCertificate | undefined;
  /** What of it must enter no log, and where it comes from. */
  readonly secrets: readonly Secret[];
  /** SHA-256 of all of it: tells whether credentials changed, without keeping them. `undefined` for none. */
  readonly id: string | undefined;
}

export type RequestCredentialsResult =
  | { readonly ok: true; readonly credentials: RequestCredentials }
  /** A clause that begins with what is at fault. Never a value. */
  | { readonly ok: false; readonly message: string };

type HeadersResult =
  | { readonly ok: true; readonly headers: Headers }
  | { readonly ok: false; readonly message: string };

/** The files that hold credentials: whoever was refused looks whether they change. */
export function credentialFiles(options: RequestCredentialsOptions): readonly string[] {
  const { usernameFile, passwordFile, tokenFile, headersFile, certFile, keyFile } = options;
  return [usernameFile, passwordFile, tokenFile, headersFile, certFile, keyFile].filter((file) => !!file) as string[];
}

/** Reads everything that stands in files, and makes the headers. */
export function readRequestCredentials(options: RequestCredentialsOptions): RequestCredentialsResult {
  const basic = readBasicAuth(options);
  if (!basic.ok) return basic;
  const token = readBearerToken(options);
  if (!token.ok) return token;
  const read = readHeaders(options);
  if (!read.ok) return read;
  const certificate = readClientCertificate(options);
  if (!certificate.ok) return certificate;
  const logins = [
    basic.credentials?.header,
    token.value === '' ? undefined : `Bearer ${token.value}`,
    read.headers['authorization'],
  ].filter((login) => login !== undefined);
  if (logins.length > 1) {
    return {
      ok: false,
      message: 'there is more than one of a user name, a token and an Authorization header; keep one',
    };
  }
  const [authorization] = logins;
  const headers = { ...read.headers, ...(authorization !== undefined && { authorization }) };
  const { certificate: clientCertificate } = certificate;
  const secrets = [
    ...secretsOfBasicAuth(basic.credentials),
    ...(token.value === '' ? [] : [{ value: token.value, source: 'token of the request' }]),
    ...secretsOfHeaders(read.headers),
  ];
  return { ok: true, credentials: { headers, clientCertificate, secrets, id: idOf(headers, clientCertificate) } };
}

function readHeaders({ headers = {}, headersFile }: RequestCredentialsOptions): HeadersResult {
  if (!headersFile) return { ok: true, headers };
  const text = readTextFile('the headers file', headersFile);
  if (!text.ok) return text;
  const lines = parseHeaderLines(text.value);
  if (lines.ok) return lines;
  return { ok: false, message: `the headers file ${headersFile} cannot be used, its ${lines.fault}` };
}

function secretsOfBasicAuth(credentials: Credentials | undefined): readonly Secret[] {
  if (credentials === undefined) return [];
  return [
    { value: credentials.password, source: 'password of the request' },
    { value: credentials.header.slice('Basic '.length), source: 'basic authentication of the request' },
  ];
}

function idOf(headers: Headers, certificate: ClientCertificate | undefined): string | undefined {
  if (Object.keys(headers).length === 0 && certificate === undefined) return undefined;
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(headers)));
  if (certificate !== undefined) hash.update(certificate.cert).update(certificate.key);
  return hash.digest('hex');
}
