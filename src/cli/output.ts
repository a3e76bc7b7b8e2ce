import { writeFile } from 'node:fs/promises';
import { DetourError, messageOf } from '../core/errors.ts';
import { problemDetails } from '../core/problem.ts';

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, nothing: 3 } as const;

/** How a command tells its exit code. */
export type OnExit = (code: number) => void;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Writes a file that a flag names. Throws FILE_UNREADABLE that names it. */
export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    throw new DetourError('FILE_UNREADABLE', `${path}: cannot be written: ${code}`, { value: path, cause });
  }
}

/**
 * One line on standard error that says what is wrong and what to do, the stack only where it is our own fault; with
 * `json` the same as a problem document (RFC 9457), so that whoever reads the output by program reads errors too.
 */
export function printError(error: unknown, json = false): void {
  if (json) process.stderr.write(`${JSON.stringify(problemDetails(asDetourError(error)))}\n`);
  else if (error instanceof DetourError) process.stderr.write(`${error.line}\n`);
  else process.stderr.write(`detour: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`);
}

function asDetourError(error: unknown): DetourError {
  return error instanceof DetourError ? error : new DetourError('INTERNAL', messageOf(error), { cause: error });
}

export interface Column<T> {
  readonly title: string;
  readonly right?: boolean;
  readonly cell: (row: T) => string;
}

/** Rows as a plain table, columns as wide as their widest cell. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) =>
        columns[index]?.right ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)].join('\n');
}
