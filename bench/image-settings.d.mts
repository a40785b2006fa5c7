export declare const nodeFlags: readonly string[];
export declare const env: Readonly<Record<string, string>>;
