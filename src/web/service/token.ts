const KEY = 'detour-token';

type Listener = () => void;
const listeners = new Set<Listener>();
let isRefused = false;
let token = kept();

/** Null where none was given, and where this browser keeps nothing. */
function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The header that says who asks; none where no token was given on this screen. */
export function authorization(): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/**
 * Call with every answer, and what it was asked with: the service wants a token, or another one, where it says 401. An
 * answer to what was asked before the present token was given says nothing about it.
 */
export function noteAnswer(status: number, asked: Readonly<Record<string, string>>): void {
  const isOld = asked.authorization !== authorization().authorization;
  if (status !== 401 || isRefused || isOld) return;
  isRefused = true;
  tell();
}

/** Kept until the tab is closed, and sent to nobody but the service. */
export function giveToken(given: string): void {
  token = given;
  try {
    sessionStorage.setItem(KEY, given);
  } catch {
    // It is asked for again after the next reload.
  }
  isRefused = false;
  tell();
}

/** True while the service asks for a token. */
export const isTokenWanted = (): boolean => isRefused;

export function onTokenChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
