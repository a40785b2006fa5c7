import { restBelow } from './rest-below.js';

/** How kubelet names the directory of an emptyDir on the node; a mount's `root` field shows it inside the container. */
const EMPTY_DIR = '/volumes/kubernetes.io~empty-dir/';

/** Mount points of tmpfs that a container runtime makes: these are no volumes of the pod. */
const SYSTEM = ['/dev', '/run', '/proc', '/sys'];

/**
 * The mount point of the emptyDir that holds `folder` (resolved), by the text of `/proc/self/mountinfo`.
 *
 * Charts set `FOLDER` to a folder inside the volume and people annotate its siblings, so the whole emptyDir is allowed
 * (compat.md part 2). It must be the very mount that holds the folder: another volume mounted inside an emptyDir is none.
 * An emptyDir in memory shows only as a tmpfs of which `/` is mounted; it is believed in a pod alone.
 */
export function emptyDirRoot(folder: string, mountInfo: string, inKubernetes: boolean): string | undefined {
  let holder: Mount | undefined;
  for (const line of mountInfo.split('\n')) {
    const mount = parseMount(line);
    if (mount === undefined || restBelow(mount.point, folder) === undefined) continue;
    // A later line of the same mount point covers the earlier one.
    if (holder === undefined || mount.point.length >= holder.point.length) holder = mount;
  }
  if (holder === undefined || holder.point === '/') return undefined;
  if (holder.root.includes(EMPTY_DIR)) return holder.point;
  const inMemory = holder.type === 'tmpfs' && holder.root === '/' && inKubernetes;
  return inMemory && SYSTEM.every((path) => restBelow(path, holder.point) === undefined) ? holder.point : undefined;
}

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
}

/** `36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda rw` (proc_pid_mountinfo(5)); optional fields end with the dash. */
function parseMount(line: string): Mount | undefined {
  const fields = line.split(' ');
  const [root, point] = [fields[3], fields[4]];
  const type = fields[fields.indexOf('-', 6) + 1];
  if (root === undefined || point === undefined || type === undefined) return undefined;
  return { root: decodeOctal(root), point: decodeOctal(point), type };
}

/** Space, tab, newline and backslash come as `\040`, `\011`, `\012`, `\134`: bytes, so UTF-8 is left alone. */
function decodeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
