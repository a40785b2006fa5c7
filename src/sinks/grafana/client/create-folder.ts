import { map, type Observable, of, switchMap } from 'rxjs';
import { type AnswerRule, answerError, faultOf, says } from './answer-error.js';
import type { AskGrafana } from './ask-grafana.js';
import { findFolder, folderPath } from './find-folder.js';
import { isSuccess } from './grafana-answer.js';
import type { GrafanaServer } from './grafana-server.js';

const RULES: readonly AnswerRule[] = [
  {
    status: 400,
    when: says(/title cannot be empty|name already exists/i),
    code: 'rejected',
    why: 'a folder may have no empty title, nor that of the root (400); see the annotation folderTitle',
  },
];

/**
 * Makes a folder with this uid, below the root. Whether one that "exists already" (409 or 412, by version) is the one that is wanted is asked:
 * before 11.3 it may be another one with the same title.
 */
export function createFolder(
  ask: AskGrafana,
  server: GrafanaServer,
  { uid, title }: { readonly uid: string; readonly title: string },
): Observable<void> {
  const { apis } = server;
  const body = apis
    ? {
        apiVersion: `folder.grafana.app/${apis.folderVersion}`,
        kind: 'Folder',
        metadata: { name: uid, namespace: apis.namespace },
        spec: { title },
      }
    : { uid, title };
  return ask({ method: 'POST', path: folderPath(apis), body, subject: `folder ${uid}` }).pipe(
    switchMap((answer) => {
      if (isSuccess(answer)) return of(undefined);
      if (answer.status !== 409 && answer.status !== 412) throw answerError(answer, RULES);
      return findFolder(ask, server, { uid }, new Map()).pipe(
        map((found) => {
          if (found !== undefined) return;
          const why = 'another folder has its title, or a dashboard its uid; see the annotation folderTitle';
          throw faultOf(answer, 'exists', why);
        }),
      );
    }),
  );
}
