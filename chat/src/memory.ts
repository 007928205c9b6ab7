/** What the page keeps in the browser, for a visitor who comes back. Where a browser keeps nothing for pages in frames it lasts as long as the page. */

/** An item of what is kept, of one agent. */
export interface Session { threadId: string; token: string; expiresAt: string }

/** A message that was written here and is not known to be stored. */
export interface Pending { id: string; text: string; refused?: string }

export interface Kept {
  session?: Session;
  /** Id of the startChat that was begun, so that one that was cut off is not done twice. */
  starting?: string;
  pending: Pending[];
  draft: string;
}

export class Memory {
  private readonly key: string;
  private value: Kept;

  constructor(agentId: string) {
    this.key = `parley-chat:${agentId}`;
    this.value = this.read();
  }

  get kept(): Readonly<Kept> { return this.value; }

  change(part: { [K in keyof Kept]?: Kept[K] | undefined }): void {
    this.value = { ...this.value, ...part } as Kept;
    for (const name of Object.keys(this.value) as (keyof Kept)[]) if (this.value[name] === undefined) delete this.value[name];
    try {
      localStorage.setItem(this.key, JSON.stringify(this.value));
    } catch { /* not allowed here, or full */ }
  }

  private read(): Kept {
    try {
      const value = JSON.parse(localStorage.getItem(this.key) ?? '{}') as Partial<Kept>;
      return { draft: '', ...value, pending: Array.isArray(value.pending) ? value.pending : [] };
    } catch {
      return { draft: '', pending: [] };
    }
  }
}

/** An id that nobody guesses. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}
