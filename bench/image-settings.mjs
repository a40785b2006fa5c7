// How the image runs the bundle. The bench measures with it, and the image is made from it.

/** Arguments of `node` before the bundle. */
export const nodeFlags = ['--max-semi-space-size=1'];

/** Variables, unless the pod sets them. */
export const env = { MALLOC_ARENA_MAX: '1' };
