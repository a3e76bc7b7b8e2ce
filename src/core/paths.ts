import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../../', import.meta.url));

/** Folder of package.json, for files that ship beside the code; the same from source and from `dist/`. */
export const PACKAGE_ROOT = here.replace(/dist\/$/, '');
