/** Ids in an address, with commas between them; commas within are written as `%2C`. Null for none. */
export function writeIds(ids: readonly string[]): string | null {
  return ids.length === 0 ? null : ids.map((id) => id.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}

/** The ids of such a text, each once. */
export function readIds(text: string | null): string[] {
  return [...new Set((text ?? '').split(',').filter(Boolean).map(decode))];
}

function decode(text: string): string {
  return text.replaceAll('%2C', ',').replaceAll('%25', '%');
}
