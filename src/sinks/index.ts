export type { BasicAuthEncoding, BasicAuthOptions } from '../http/basic-auth.js';
export { networkFromEnv, type ProxySettings } from '../http/find-proxy.js';
export {
  type JsonRule,
  type JsonScalar,
  parseSuccessRule,
  type StatusRange,
  type SuccessRule,
} from '../request/success-rule.js';
export { type FileStore, type FileStoreOptions, openFileStore } from './files/file-store.js';
export { writeFiles } from './files/write-files.js';
export type { HttpMethod, HttpTargetOptions, OnSecret, PayloadChangesOptions } from './http/http-target-options.js';
export { notifyHttp } from './http/notify-http.js';
