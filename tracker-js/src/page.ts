import { attributes } from './place.js';
import { enqueue } from './queue.js';
import { screenClass } from './screenClass.js';
import type { Beacon } from './types.js';

/** The campaign as a query of its own; nothing else of a query ever leaves the browser. */
const campaignOf = (address: string): string =>
  (address.match(/[?&]utm_(source|medium|campaign)=[\w.-]+/g) || []).join('').replace(/^./, '?');

/** What distinguishes one page from another; a change of the fragment alone is no new page. */
const keyOf = (): string => location.href.split('#')[0]!;

/** Landing page and referrer stay in memory until consent is given on this page, or are forgotten with it. */
const arrivedFrom = /^[^/]+\/\/[^/]+\//.exec(document.referrer)?.[0];
const landingKey = keyOf();
const campaign = campaignOf(landingKey);

let key: string;
/** The current page's address with nothing of the query but the campaign. */
export let url: string;
let errorsLeft: number;

/** Counts the current page; `within` the site it was reached from another view of this document. */
export function view(within?: boolean): void {
  key = keyOf();
  url = key.split('?')[0] + (campaignOf(key) || (within ? '' : campaign));
  errorsLeft = 5;
  send({
    type: 'pageview',
    referrer: within ? undefined : arrivedFrom,
    screen: screenClass(screen.width),
    language: navigator.language.split('-')[0]!,
  });
  if (!within && key === landingKey && isNotFound()) send({ type: 'problem', kind: 'not_found' });
}

const isNotFound = (): unknown =>
  (attributes.status || (performance.getEntriesByType('navigation')[0] as any)?.responseStatus) == 404 ||
  document.querySelector('meta[name=lethe][content=not_found]');

/** Has the address come to mean another page since the last view? */
export const hasMoved = (): boolean => key !== keyOf();

/** Keeps a beacon about the current page. */
export const send = (beacon: Beacon): void => enqueue(url, beacon);

/** Counts a script error, but no failed image or the like; the message may hold anything and stays here. */
export function scriptError({ target }: Event): void {
  if (target === window && errorsLeft-- > 0) send({ type: 'problem', kind: 'script_error' });
}
