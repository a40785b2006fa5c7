import { connect, filter, merge, type Observable, type OperatorFunction } from 'rxjs';

/**
 * Sends the events of these types through `operator`, and lets all others pass beside it.
 *
 *     source                -1-a-2-b-|     a, b: events of type `letter`
 *     through(['letter'])   -1-A-2-B-|     A: what `operator` makes of a
 *
 * An event that `operator` answers synchronously keeps its place among the others, of which it hears before they pass
 * (`others$`). Errors on either way error the result;
 * it completes when both ways have.
 */
export function through<T extends { readonly type: string }, const K extends T['type'], R>(
  types: readonly K[],
  operator: (
    events$: Observable<NoInfer<Extract<T, { readonly type: K }>>>,
    others$: Observable<NoInfer<Exclude<T, { readonly type: K }>>>,
  ) => Observable<R>,
): OperatorFunction<T, Exclude<T, { readonly type: K }> | R> {
  const accepts = (event: T): event is Extract<T, { readonly type: K }> => types.some((type) => type === event.type);
  const passes = (event: T): event is Exclude<T, { readonly type: K }> => !accepts(event);
  return connect((events$) => {
    const others$ = events$.pipe(filter(passes));
    return merge(operator(events$.pipe(filter(accepts)), others$), others$);
  });
}
