import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { createHarness } from './harness.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml' };

async function served() {
  const webFolder = tempDir('web');
  mkdirSync(join(webFolder, 'assets'));
  writeFileSync(join(webFolder, 'index.html'), '<!doctype html><title>the screen</title>');
  writeFileSync(join(webFolder, 'assets', 'index-abc.js'), 'export {};');
  writeFileSync(join(webFolder, 'assets', 'index-abc.js.br'), brotliCompressSync('export {};'));
  const { app } = await createHarness({ webFolder });
  onTestFinished(() => app.close());
  return app;
}

describe('the browser app', () => {
  it('is what a browser gets at / and at the address of every screen', async () => {
    const app = await served();
    for (const url of ['/', '/links', '/links/a--b', '/reroutes/r-1?move=2', '/events', '/jobs', '/what-if']) {
      const page = await app.inject({ url, headers: BROWSER });
      expect(page.statusCode, url).toBe(200);
      expect(page.body, url).toContain('the screen');
      expect(page.headers['cache-control'], url).toBe('no-cache');
    }
  });

  it('leaves programs what they had, and unknown addresses unknown', async () => {
    const app = await served();
    expect((await app.inject('/')).json()).toMatchObject({ name: 'detour' });
    expect((await app.inject('/links')).statusCode).toBe(404);
    for (const url of ['/nothing', '/api/v1/nothing', '/assets/nothing.js', '/assets/../index.html/x']) {
      expect((await app.inject({ url, headers: BROWSER })).statusCode, url).toBe(404);
    }
  });

  it('is allowed nothing but its own files, which are kept for ever', async () => {
    const app = await served();
    const page = await app.inject({ url: '/', headers: BROWSER });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toMatch(/https?:/);
    const script = await app.inject('/assets/index-abc.js');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toMatch(/javascript/);
  });

  it('comes compressed as it was built to those who can read that, and plain to all others', async () => {
    const app = await served();
    const url = '/assets/index-abc.js';
    const small = await app.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(small.headers).toMatchObject({ 'content-encoding': 'br', vary: expect.stringMatching(/accept-encoding/i) });
    expect(small.headers['content-type']).toMatch(/javascript/);
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe('export {};');
    const plain = await app.inject(url);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body).toBe('export {};');
  });

  it('is replaced by a list of addresses where it was not built', async () => {
    const { app } = await createHarness({ webFolder: tempDir('web') });
    onTestFinished(() => app.close());
    const page = await app.inject({ url: '/', headers: BROWSER });
    expect(page.body).toContain('/api/v1/status');
    expect((await app.inject({ url: '/links', headers: BROWSER })).statusCode).toBe(404);
  });
});
