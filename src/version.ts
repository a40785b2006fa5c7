/** The package's version, equal to package.json's: a test holds them together, since neither the library nor the bundle reads that file. */
export const VERSION = '0.1.0';
