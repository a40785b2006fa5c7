/** The counts of a report of vitest's JSON reporter, and what makes the run bad beside failed tests. */
export declare function summarize(report: unknown): { passed: number; failed: number; faults: string[] };
