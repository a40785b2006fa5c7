import { defaultIfEmpty, map, type Observable, of } from 'rxjs';
import type { GrafanaApi } from './grafana-api.js';
import type { Wish } from './wish.js';

/** `folderUid` `undefined`: where it is. */
export type FolderPlace =
  | { readonly ok: true; readonly folderUid: string | undefined; readonly warning: string | undefined }
  | { readonly ok: false; readonly message: string };

/**
 * Where a dashboard belongs. A uid is believed: that it is missing is said by the save, and costs no request until then. An id is
 * resolved, and its owner told which uid to write instead.
 */
export function folderPlace(api: GrafanaApi, { folder, source }: Wish): Observable<FolderPlace> {
  if (folder === undefined) return of({ ok: true, folderUid: undefined, warning: undefined });
  if ('uid' in folder) return of({ ok: true, folderUid: folder.uid, warning: undefined });
  const { id } = folder;
  if (id === 0) return of({ ok: true, folderUid: '', warning: undefined });
  return api.folderUid(folder).pipe(
    defaultIfEmpty(undefined),
    map((folderUid): FolderPlace => {
      if (folderUid === undefined) {
        const message = `The dashboard of ${source} waits: Grafana has no folder with the id ${id}; name the folder by its uid.`;
        return { ok: false, message };
      }
      const warning = `The dashboard of ${source} names its folder by the id ${id}, which Grafana 13 has no more: name it by its uid, ${JSON.stringify(folderUid)}.`;
      return { ok: true, folderUid, warning };
    }),
  );
}
