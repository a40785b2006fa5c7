import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { closed, listening } from './loopback-server.js';

const fixtures = new URL('../unit/sinks/http/fixtures/', import.meta.url);

/** PEM, self-signed, valid for 127.0.0.1 and localhost: its own authority. */
export const certificateFile = new URL('certificate.pem', fixtures).pathname;

export interface TlsApplication {
  readonly port: number;
  /** `https://localhost:PORT/reload` */
  readonly url: string;
  readonly paths: readonly string[];
  close(): Promise<void>;
}

/** An application behind a certificate that no public authority has signed. */
export async function startTlsApplication(body = ''): Promise<TlsApplication> {
  const key = readFileSync(new URL('key.pem', fixtures));
  const paths: string[] = [];
  const server = createServer({ key, cert: readFileSync(certificateFile) }, (request, response) => {
    paths.push(request.url ?? '');
    request.resume();
    response.end(body);
  });
  const port = await listening(server);
  return { port, url: `https://localhost:${port}/reload`, paths, close: () => closed(server) };
}
