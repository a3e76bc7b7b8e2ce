import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { DetourError, messageOf } from '../../../core/errors.ts';
import { PACKAGE_ROOT } from '../../../core/paths.ts';
import { isBelow } from '../oid.ts';
import { type Vendor, VendorSchema } from './schema.ts';

const FOLDER = join(PACKAGE_ROOT, 'src', 'telemetry', 'snmp', 'vendors');

let shipped: Promise<readonly Vendor[]> | null = null;

/** The vendor tables that come with Detour; read once. */
export function shippedVendors(): Promise<readonly Vendor[]> {
  shipped ??= loadVendors(FOLDER);
  return shipped;
}

/**
 * Every `*.yaml` of a folder, one vendor each.
 * @throws DetourError INVALID_CONFIG, which names the file and the field.
 */
export async function loadVendors(folder: string): Promise<Vendor[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(files.map(async (file) => parseVendor(await readFile(join(folder, file), 'utf8'), file)));
}

/** One vendor's table from its YAML text; `file` is for the error. */
export function parseVendor(text: string, file: string): Vendor {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new DetourError('INVALID_CONFIG', `${file}: is not YAML: ${messageOf(error).split('\n')[0]}`, {
      cause: error,
    });
  }
  if (Value.Check(VendorSchema, raw)) return raw;
  const [problem] = Value.Errors(VendorSchema, raw);
  const field = problem?.instancePath.slice(1).replaceAll('/', '.') || 'vendor';
  throw new DetourError('INVALID_CONFIG', `${file}: ${field} ${problem?.message ?? 'is wrong'}`, { field });
}

/** The tables that apply to a device: its vendor's, and those for every device behind them. */
export function vendorsFor(vendors: readonly Vendor[], sysObjectId: string | null): Vendor[] {
  const isOf = ({ match }: Vendor): boolean =>
    match.some((prefix) => sysObjectId !== null && (sysObjectId === prefix || isBelow(prefix, sysObjectId)));
  return [...vendors.filter(isOf), ...vendors.filter(({ match }) => match.length === 0)];
}
