import type { Command } from 'commander';
import { ask as askService, ownAddress } from './ask.ts';

/** Where a service is, and how its answer is to be printed. */
export interface ServiceOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly key?: string;
}
export type Asking = Pick<ServiceOptions, 'url' | 'json' | 'key'>;

export function addServiceOptions(command: Command): Command {
  return command
    .option('--url <address>', 'address of the service (default: by DETOUR_HOST and DETOUR_PORT)')
    .option('--key <key>', 'idempotency key: the same request sent again changes nothing')
    .option('--json', 'print one JSON object');
}

/** Asks the service that the options name. Rejects with its error codes. */
export function ask({ url, key }: Asking, path: string, method: string, body?: unknown): Promise<unknown> {
  return askService(url ?? ownAddress(), path, method, body, key === undefined ? {} : { 'idempotency-key': key });
}
