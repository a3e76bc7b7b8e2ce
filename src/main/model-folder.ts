import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { ModelRegistry } from '../predict/registry/registry.ts';

/** The models of an installation, in its data folder. */
export function modelRegistry({ dataDir }: Pick<Config, 'dataDir'>): ModelRegistry {
  return new ModelRegistry({ folder: join(dataDir, 'models') });
}
