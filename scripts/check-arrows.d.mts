/** Everything that is wrong below `src`, one sentence each; none means that the arrows hold. */
export declare function checkArrows(src: string): string[];
