import { describe, expect, it } from 'vitest';
import { emptyDirRoot } from '../../../../src/sinks/files/empty-dir-root.js';

const OVERLAY = '1 0 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/x';
const SHM = '2 1 0:51 / /dev/shm rw - tmpfs shm rw';
const VOLUME =
  '3 1 259:1 /var/lib/kubelet/pods/0f/volumes/kubernetes.io~empty-dir/sc /tmp/dashboards rw,relatime master:1 shared:2 - ext4 /dev/sda rw';
const MEMORY = '4 1 0:60 / /var/mem rw,relatime - tmpfs tmpfs rw,size=65536k';
const CLAIM = '5 1 259:2 /volumes/claim /tmp/dashboards/claim rw - xfs /dev/sdb rw';
const table = [OVERLAY, SHM, VOLUME, MEMORY, CLAIM, ''].join('\n');

describe('the emptyDir that holds FOLDER', () => {
  it.each([
    ['/tmp/dashboards', '/tmp/dashboards'],
    ['/tmp/dashboards/a/b', '/tmp/dashboards'],
    ['/tmp/dashboards-2', undefined],
    ['/tmp', undefined],
    ['/', undefined],
    ['/tmp/dashboards/claim/x', undefined],
    ['/etc/x', undefined],
  ])('of %s is %s', (folder, root) => {
    expect(emptyDirRoot(folder, table, true)).toBe(root);
    expect(emptyDirRoot(folder, table, false)).toBe(root);
  });

  it('may be in memory, in a pod alone', () => {
    expect(emptyDirRoot('/var/mem/a', table, true)).toBe('/var/mem');
    expect(emptyDirRoot('/var/mem/a', table, false)).toBeUndefined();
  });

  it.each(['/', '/dev', '/dev/shm', '/run', '/run/user/0', '/proc/x', '/sys'])('is never the tmpfs at %s', (point) => {
    expect(
      emptyDirRoot(`${point}/a`.replace('//', '/'), `4 1 0:60 / ${point} rw - tmpfs tmpfs rw`, true),
    ).toBeUndefined();
  });

  it('is no part of a tmpfs, and no other file system of which the whole is mounted', () => {
    expect(emptyDirRoot('/var/mem', '4 1 0:60 /part /var/mem rw - tmpfs tmpfs rw', true)).toBeUndefined();
    expect(emptyDirRoot('/var/mem', '4 1 0:60 / /var/mem rw - ext4 /dev/sdc rw', true)).toBeUndefined();
  });

  it('is read with the escapes of the mount table', () => {
    const line = String.raw`3 1 259:1 /p/volumes/kubernetes.io~empty-dir/a\040b /my\040data\134x rw - ext4 /dev/sda rw`;
    expect(emptyDirRoot('/my data\\x/sub', line, false)).toBe('/my data\\x');
  });

  it('is none where a later mount covers it', () => {
    const cover = '6 3 259:2 /volumes/other /tmp/dashboards rw - xfs /dev/sdb rw';
    expect(emptyDirRoot('/tmp/dashboards/a', `${VOLUME}\n${cover}`, true)).toBeUndefined();
    expect(emptyDirRoot('/tmp/dashboards/a', `${cover}\n${VOLUME}`, true)).toBe('/tmp/dashboards');
  });

  it('is none in an unreadable table', () => {
    expect(emptyDirRoot('/tmp', 'nonsense\n1 2 3 / /tmp rw', true)).toBeUndefined();
    expect(emptyDirRoot('/tmp', '', true)).toBeUndefined();
  });
});
