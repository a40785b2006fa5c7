import { type ApiRequest, resourceOf } from './api.js';

/**
 * One sentence that says who may not do what, and the rule to add.
 *
 * All three verbs are in the rule: who lacks one usually lacks the others, and would come back for each. The user's name
 * is taken out of the server's message; the rest of that is not used.
 */
export function forbiddenMessage(request: ApiRequest, serverMessage: unknown): string {
  const resource = resourceOf(request.kind);
  const user = typeof serverMessage === 'string' ? /User "([^"\s]{1,253})"/.exec(serverMessage)?.[1] : undefined;
  const where = request.namespace === undefined ? 'all namespaces' : `namespace "${request.namespace}"`;
  const role = request.namespace === undefined ? 'a ClusterRole' : 'a Role there';
  const binding = request.namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
  const rule = `apiGroups [""], resources ["${resource}"], verbs ["get","list","watch"]`;
  return `${user ?? 'This user'} may not ${request.verb} ${resource} in ${where}: add ${role} with ${rule}, and a ${binding} for ${user ?? 'it'}.`;
}
