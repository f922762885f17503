import { language } from './bannerTexts.js';
import { build, type View } from './bannerView.js';
import { ownHash, ownSource } from './place.js';
import type { Choice, Lethe, Told } from './types.js';

const notice = window.letheNotice;
let view: View | undefined;
let told: Told | undefined;
/** What the person pressed and the collector has not confirmed yet. */
let wanted: Choice | undefined;
let retired = false;

/** The browser's own "no": never asked against it, only the quiet way to say otherwise. */
const signal = (): boolean =>
  !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack === '1';

function decide(choice: Choice): void {
  if (wanted) return;
  wanted = choice;
  window.lethe!('consent', choice, { method: 'banner', notice: notice!.version, script: ownHash });
}

/** Is the question still to be put to the person? */
const asks = (): boolean => told!.choice === 'unset' && !signal();

/** Opens the banner for somebody who asked for it, or closes it; the first question cannot be closed, only answered. */
function toggle(): void {
  const open = asks() || !view!.isOpen();
  view!.show(open, told!.choice, !asks());
  if (open) view!.focus();
}

function hear(standing: Told): void {
  if (retired) return;
  if (!document.body) {
    addEventListener('DOMContentLoaded', () => hear(standing));
    return;
  }
  if (standing.notice !== notice!.version) {
    renew(standing.notice);
    return;
  }
  const lang = language();
  view ||= build(notice![lang], lang, standing, decide, toggle);
  told = standing;
  // A decision that was not stored leaves the question open.
  const failed = !!wanted && wanted !== standing.choice;
  wanted = undefined;
  view.show(failed || asks(), standing.choice, !asks());
}

/** The texts of this copy are no longer the notice in force: a fresh copy asks, and nobody consents to an old text. */
function renew(version: number): void {
  view?.remove();
  retired = true;
  const mark = `?notice=${version}`;
  if (ownSource.endsWith(mark)) return;
  const script = document.createElement('script');
  script.src = ownSource.split('?')[0] + mark;
  document.head.append(script);
}

if (notice && !document.querySelector('[data-lethe-banner]')) {
  window.lethe ||= function () {
    (window.lethe!.q ||= []).push(arguments);
  } as unknown as Lethe;
  window.lethe('on', hear);
  addEventListener('click', (event) => {
    const asked = event.target instanceof Element && event.target.closest('[data-lethe-privacy]');
    // Without a known choice, or into a new tab, a link does what it says.
    if (retired || !view || !asked || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toggle();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && view?.isOpen() && !asks()) toggle();
  });
}
