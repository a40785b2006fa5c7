import type { ApiRequest } from './api.js';
import { type ApiCall, accessOf } from './api-call.js';

/**
 * One sentence that says who may not do what, and the rule to add.
 *
 * The rule has all verbs that are needed, not only the one that was tried. The user's name is taken out of the server's message;
 * the rest of that is not used.
 */
export function forbiddenMessage(request: ApiRequest | ApiCall, serverMessage: unknown): string {
  const { verb, group, resource, namespace, verbs } = accessOf(request);
  const user = typeof serverMessage === 'string' ? /User "([^"\s]{1,253})"/.exec(serverMessage)?.[1] : undefined;
  const inAll = resource === 'namespaces' ? '' : ' in all namespaces';
  const where = namespace === undefined ? inAll : ` in namespace "${namespace}"`;
  const role = namespace === undefined ? 'a ClusterRole' : 'a Role there';
  const binding = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
  const rule = `apiGroups ["${group}"], resources ["${resource}"], verbs ${JSON.stringify(verbs)}`;
  return `${user ?? 'This user'} may not ${verb} ${resource}${where}: add ${role} with ${rule}, and a ${binding} for ${user ?? 'it'}.`;
}
