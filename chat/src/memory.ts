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
  /** What is kept where the browser keeps nothing. */
  private alone: Kept | undefined;

  /** Other windows of the same visitor share what is kept; other is called when one of them has changed it. */
  constructor(agentId: string, other: () => void) {
    this.key = `parley-chat:${agentId}`;
    addEventListener('storage', (e) => { if (e.key === this.key) other(); });
  }

  get kept(): Readonly<Kept> {
    if (this.alone) return this.alone;
    try {
      const value = JSON.parse(localStorage.getItem(this.key) ?? '{}') as Partial<Kept>;
      return { draft: '', ...value, pending: Array.isArray(value.pending) ? value.pending : [] };
    } catch {
      return { draft: '', pending: [] };
    }
  }

  change(part: { [K in keyof Kept]?: Kept[K] | undefined }): void {
    const value = { ...this.kept, ...part } as Kept;
    for (const name of Object.keys(value) as (keyof Kept)[]) if (value[name] === undefined) delete value[name];
    try {
      if (!this.alone) localStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      this.alone = value; // not allowed here, or full
    }
    if (this.alone) this.alone = value;
  }
}

/** An id that nobody guesses. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}
