import { send, url } from './page.js';

/** When the page was last known to be in use; 0 while it is not. */
let activeSince = 0;
/** Time in use that no beacon has told yet. */
let untoldMs = 0;
let scroll = 0;
let toldScroll = 0;

/**
 * Takes the time up to now, and the lower edge of the window as a share of the page; to be called whenever focus,
 * visibility or scroll position may have changed.
 */
export function measure(): void {
  const now = performance.now();
  untoldMs += activeSince && now - activeSince;
  activeSince = 0;
  if (!document.hidden) {
    if (document.hasFocus()) activeSince = now;
    const share = (100 * (scrollY + innerHeight)) / document.documentElement.scrollHeight;
    scroll = Math.max(scroll, Math.min(100, Math.round(share)));
  }
}

/** Begins a page: what was before belongs to another one, or to nobody. */
export function begin(): void {
  activeSince = untoldMs = scroll = toldScroll = 0;
  measure();
}

/** Tells the seconds since the last telling, at most an hour, so that the sum is right however often a page is hidden. */
export function tellEngagement(): void {
  measure();
  const seconds = Math.min(3600, Math.floor(untoldMs / 1000));
  if (seconds || scroll !== toldScroll) {
    untoldMs %= 1000;
    toldScroll = scroll;
    send({ type: 'engagement', seconds, scroll, url });
  }
}
