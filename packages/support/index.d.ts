/** Where tokens come from, and what the button looks like. */
export interface Options {
  /** The address of your Parley, as https://parley.example.com. */
  base: string;
  /** A token that your server has signed. */
  token?: string;
  /** Gives the next token. */
  renew?: () => Promise<string>;
  /** An address of yours that gives a token, as text or {"token": …}. */
  "token-url"?: string;
  /** The workspace's id, for visitors without a token. */
  workspace?: string;
  lang?: string;
  theme?: "light" | "dark";
}

export interface Parley {
  open(options?: Partial<Options>): HTMLElement;
  close(): void;
  unread(listener: (count: number) => void, options?: Partial<Options>): () => void;
}

export function load(base: string): Promise<Parley>;
export function open(options: Options): Promise<HTMLElement>;
export function close(options: { base: string }): Promise<void>;
export function unread(listener: (count: number) => void, options: Options): () => void;
