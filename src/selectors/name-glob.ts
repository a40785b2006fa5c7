/**
 * Whether a name matches a glob: `*` is any number of characters, `?` is one. Nothing else means anything but itself: names of
 * Kubernetes have no other character that could be meant, and brackets would be a riddle (`[` in a glob is an error of the
 * configuration).
 *
 * Goes back to the last `*` only, so the time is at most the product of both lengths, whatever the glob.
 */
export function matchesGlob(glob: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let starTook = 0;
  let next = 0;
  while (next < name.length) {
    if (glob[at] === '*') {
      star = at++;
      starTook = next;
    } else if (glob[at] === '?' || glob[at] === name[next]) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++starTook;
    } else {
      return false;
    }
  }
  return /^\**$/.test(glob.slice(at));
}
