// The page's own protocol, app://studio/: files of the built renderer and nothing beside them, with a strict policy.

import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { contentSecurityPolicy } from '../common/content-security-policy.ts';

export const appOrigin = 'app://studio';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** To be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function serveApp(session: Session, folder: string): void {
  session.protocol.handle('app', async (request) => {
    const { host, pathname } = new URL(request.url);
    const path = filePath(folder, pathname);
    if (host !== 'studio' || path === null) return new Response('Not found', { status: 404 });
    try {
      const bytes = await readFile(path);
      return new Response(new Uint8Array(bytes), {
        headers: {
          'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy("'self'"),
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        },
      });
    } catch {
      return new Response('Not found', { status: 404 });
    }
  });
}

/** The file that a path of the page means; null where it leads out of the folder. */
export function filePath(folder: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (decoded.includes('\0')) return null;
  const path = normalize(join(folder, decoded === '/' ? 'index.html' : decoded));
  return path.startsWith(normalize(folder) + sep) ? path : null;
}
