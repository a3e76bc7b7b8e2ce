import { DetourError } from '../../../core/errors.ts';
import { type AgentCredentials, agentCredentials } from '../agent-credentials.ts';
import type { Secret } from '../credentials.ts';

export interface KeyringOptions {
  readonly resolveCredentials: (reference: string) => Promise<Secret>;
  /** References that every device may use for traps, besides what it is polled with. */
  readonly common: readonly string[];
  readonly onWarning: (message: string) => void;
}

/** A reference that failed is asked for again after this time, ms. */
const RETRY_MS = 30_000;

interface Entry {
  readonly found: Promise<AgentCredentials | null>;
  readonly failedAtMs: { value: number | null };
}

/** The credentials that traps may come with, resolved when first needed and kept. Its size is that of the network file. */
export class Keyring {
  readonly #options: KeyringOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: KeyringOptions) {
    this.#options = options;
  }

  /** Own ones of the device first; those that cannot be read are left out. */
  async of(reference: string | null): Promise<AgentCredentials[]> {
    const references = [...new Set([...(reference === null ? [] : [reference]), ...this.#options.common])];
    const found = await Promise.all(references.map((each) => this.#resolve(each)));
    return found.filter((entry) => entry !== null);
  }

  #resolve(reference: string): Promise<AgentCredentials | null> {
    const known = this.#entries.get(reference);
    const failedAtMs = known?.failedAtMs.value ?? null;
    if (known && (failedAtMs === null || performance.now() - failedAtMs < RETRY_MS)) return known.found;
    const entry: Entry = { failedAtMs: { value: null }, found: this.#read(reference) };
    this.#entries.set(reference, entry);
    void entry.found.then((found) => {
      if (found === null) entry.failedAtMs.value = performance.now();
    });
    return entry.found;
  }

  async #read(reference: string): Promise<AgentCredentials | null> {
    try {
      return agentCredentials(await this.#options.resolveCredentials(reference));
    } catch (error) {
      const reason = error instanceof DetourError ? error.line : 'they cannot be read';
      this.#options.onWarning(`credentials for traps: ${reason}`);
      return null;
    }
  }
}
