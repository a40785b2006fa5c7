// How the image runs the bundle. The bench measures with it, and the image is made from it.

/**
 * Arguments of `node` before the bundle. A small new space and a heap that grows in small steps, so that a burst leaves little
 * behind; no code is compiled at run time: compilers and what they make take 17 MB, and the code runs for a second at the
 * start and then waits (docs/decisions/0007-memory.md).
 */
export const nodeFlags = ['--max-semi-space-size=1', '--heap-growing-percent=10', '--jitless'];

/** Variables, unless the pod sets them. */
export const env = { MALLOC_ARENA_MAX: '1' };
