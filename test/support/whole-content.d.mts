/** ASCII text of exactly `bytes` bytes, at least 80: the same for the same seed, another for another. */
export declare function wholeContent(seed: string, bytes: number): string;
/** Whether `content` is one whole version, unchanged. */
export declare function isWhole(content: string): boolean;
