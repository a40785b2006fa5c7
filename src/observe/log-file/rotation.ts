/** When and how a log file makes room for a new one. Both throw the errors of the file system. */
export interface Rotation {
  /** Whether the file, of `size` bytes, is to be rotated before `addedBytes` more are written. */
  isDue(size: number, addedBytes: number, nowMs: number): boolean;
  /** Moves the file away; it is closed. A new one is opened at its place. */
  rotate(nowMs: number): void;
}
