export type { BasicAuthEncoding, BasicAuthOptions } from '../http/basic-auth.js';
export { networkFromEnv, type ProxySettings } from '../http/find-proxy.js';
export { type FileStore, type FileStoreOptions, openFileStore } from './files/file-store.js';
export { writeFiles } from './files/write-files.js';
export type { HttpMethod, HttpTargetOptions, OnSecret } from './http/http-target.js';
export { notifyHttp } from './http/notify-http.js';
export { parseSuccessRule, type StatusRange, type SuccessRule } from './http/success-rule.js';
