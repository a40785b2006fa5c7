/** What a collector may use of the process that it runs in. */
export interface CollectorWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly hostName: string;
  readonly pid: number;
  readonly kill: (pid: number, signal: NodeJS.Signals | number) => void;
  /** Each credential when it is loaded, so that no log shows it; one that is read again names its source. */
  readonly onSecret: (value: string, source?: string) => void;
  /** Takes the credentials out of a text. */
  readonly redact: (text: string) => string;
}
