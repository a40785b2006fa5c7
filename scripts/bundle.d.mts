/** Bundles `entry` into `outfile`; gives the size in bytes, and how many of them each package has. */
export declare function bundle(options: {
  readonly entry: string;
  readonly outfile: string;
}): Promise<{ bytes: number; packages: Map<string, number> }>;
