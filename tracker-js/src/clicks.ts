import { send } from './page.js';
import { standing } from './standing.js';

const DOWNLOAD = /\.(pdf|zip|(doc|xls|ppt)x?|od[tsp]|csv|mp[34]|dmg|exe|apk|epub|gz|tar|7z|rar)$/i;

/** The innermost element around the click that matches, through the borders of shadow trees. */
const nearest = (event: Event, selector: string): Element | undefined =>
  (event.composedPath() as Element[]).find((node) => node.matches?.(selector));

/** Counts the name a page gave to what was clicked; without one, a link that leads out or to a download. */
export function click(event: MouseEvent): void {
  // Of the other buttons only the middle one follows a link.
  if (event.button > 1) return;
  const named = nearest(event, '[data-lethe-click]');
  if (named) return send({ type: 'click', name: named.getAttribute('data-lethe-click')! });
  const link = nearest(event, 'a[href]') as HTMLAnchorElement;
  // Ends here for no link at all too.
  if (!/^http/.test(link?.href)) return;
  const download = link.matches('[download]') || DOWNLOAD.test(link.pathname);
  // The collector's own pages are no other site, wherever it stands.
  if (download || (link.host !== location.host && !link.href.startsWith(standing.base))) {
    send({ type: 'click', target: link.origin + (download ? link.pathname : '/') });
  }
}
