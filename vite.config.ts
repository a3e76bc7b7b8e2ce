import { defineConfig } from 'vite';

/** Where the service listens while the screen is worked on: `npm run web:dev` beside `npm start`. */
const SERVICE = `http://127.0.0.1:${process.env.DETOUR_PORT ?? '7600'}`;
const SERVED_BY_API = ['/api', '/docs', '/openapi.json', '/queues', '/metrics', '/healthz', '/readyz'];

export default defineConfig({
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
