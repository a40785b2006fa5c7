import { type LabelSelector, parseLabelSelector } from '../selectors/label-selector.js';
import { labelFault } from './label-fault.js';
import { badRequest } from './status.js';

/** The label selector of a query. Throws the API server's 400. */
export function labelQuery(text: string): LabelSelector {
  const fault = labelFault(text);
  if (fault !== undefined) throw badRequest(fault);
  return parseLabelSelector(text);
}
