import { apiUrl, type Parameters } from './client.ts';
import { errorOf } from './problem.ts';
import { authorization } from './token.ts';

/** Saves a list as a file. Rejects with ApiError. */
export async function downloadCsv(path: string, fileName: string, parameters: Parameters = {}): Promise<void> {
  const response = await fetch(apiUrl(path, parameters), { headers: { accept: 'text/csv', ...authorization() } });
  if (!response.ok) throw await errorOf(response);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
