// Where the user is: the part of the address after #, so that back, forward and links work as everywhere.

export interface Route {
  /** Such as ['runs', '20260101-…']. */
  segments: string[];
  parameters: URLSearchParams;
}

function read(): Route {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const segments = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  return { segments, parameters: new URLSearchParams(search) };
}

export const router = $state<{ route: Route }>({ route: read() });

addEventListener('hashchange', () => {
  router.route = read();
});

/** The address of a view, for links. */
export function linkTo(segments: string[], parameters: Record<string, string> = {}): string {
  const search = new URLSearchParams(parameters).toString();
  return `#/${segments.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

export function go(segments: string[], parameters: Record<string, string> = {}): void {
  location.hash = linkTo(segments, parameters);
}
