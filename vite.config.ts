import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Where the service listens while the screen is worked on: `npm run web:dev` beside `npm start`. */
const SERVICE = `http://127.0.0.1:${process.env.DETOUR_PORT ?? '7600'}`;
const SERVED_BY_API = ['/api', '/docs', '/openapi.json', '/queues', '/metrics', '/healthz', '/readyz'];

/** Smaller ones fit into the packet that says so. */
const LEAST_BYTES = 1_400;
const TEXTS = /\.(js|css|json|svg)$/;

/** Writes `.br` and `.gz` beside every text: the service sends them as they are. Brotli's last two steps take ten times as long. */
async function compress(path: string): Promise<void> {
  const source = await readFile(path);
  if (source.length < LEAST_BYTES) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(source, quality));
  await writeFile(`${path}.gz`, await promisify(gzip)(source, { level: 9 }));
}

/** Of the files as they were written: until then other plugins change them. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const texts = Object.keys(bundle).filter((name) => TEXTS.test(name));
      await Promise.all(texts.map((name) => compress(join(dir, name))));
    },
  };
}

export default defineConfig({
  plugins: [compressed()],
  root: 'src/web',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Data addresses would be inline scripts and styles to the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Mantine marks its files for servers that render React; there is none here.
      onLog: (level, log, handler) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handler(level, log),
    },
  },
  server: {
    host: '127.0.0.1',
    port: 7650,
    proxy: Object.fromEntries(SERVED_BY_API.map((path) => [path, { target: SERVICE, changeOrigin: true }])),
  },
});
