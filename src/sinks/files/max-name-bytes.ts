/** NAME_MAX of every file system in use: bytes, not characters. */
export const MAX_NAME_BYTES = 255;
