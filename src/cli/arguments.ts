import { InvalidArgumentError } from 'commander';

/** A parser for a flag that takes a whole number within bounds. */
export function wholeNumber(flag: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high)) {
      throw new InvalidArgumentError(`${flag} must be a whole number from ${low} to ${high}, got ${text}`);
    }
    return value;
  };
}

/** A parser for a flag that takes a number within bounds. */
export function decimal(flag: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high)) {
      throw new InvalidArgumentError(`${flag} must be a number from ${low} to ${high}, got ${text}`);
    }
    return value;
  };
}

/** A flag that takes names by comma; none may be empty. */
export function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError(`must be names separated by commas, got "${text}"`);
  return names;
}

export interface AgentAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST`, `HOST:PORT` or `[IPv6]:PORT`. */
export function hostAndPort(text: string, defaultPort: number): AgentAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text) ? text : null;
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  const host = match?.[1] ?? match?.[2] ?? bare;
  if (!host || port < 1 || port > 65535) {
    throw new InvalidArgumentError(`must be ADDRESS or ADDRESS:PORT, got ${text}`);
  }
  return { host, port };
}
