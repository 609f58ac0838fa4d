// What no page of the app may do, whatever it holds: leave its origin, open windows, ask for permissions, embed others.

import { type Session, shell, type WebContents } from 'electron';
import { appOrigin } from './app-protocol.ts';

/** Addresses outside that a link may open in the system's browser. */
const outsideHosts = new Set(['github.com', 'arxiv.org']);

export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isAllowed(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isAllowed(permission));
  session.setDevicePermissionHandler(() => false);
}

/** Copying text, and pictures of the recursion in full screen. */
function isAllowed(permission: string): boolean {
  return permission === 'clipboard-sanitized-write' || permission === 'fullscreen';
}

export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (event, url) => {
    if (!isOwnPage(url)) event.preventDefault();
  });
  contents.on('will-redirect', (event, url) => {
    if (!isOwnPage(url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isOutsideLink(url)) setImmediate(() => void shell.openExternal(url));
    return { action: 'deny' };
  });
}

export function isOwnPage(url: string): boolean {
  return URL.canParse(url) && `${new URL(url).protocol}//${new URL(url).host}` === appOrigin;
}

export function isOutsideLink(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, port } = new URL(url);
  return protocol === 'https:' && outsideHosts.has(hostname) && username === '' && port === '';
}
