import { click } from './clicks.js';
import { lookUp, optOut, report } from './consent.js';
import { begin, measure, tellEngagement } from './engagement.js';
import { guarded, listen, warn } from './guard.js';
import { watchAddress } from './navigation.js';
import { hasMoved, scriptError, send, url, view } from './page.js';
import { attributes, directoryOf, ownSource } from './place.js';
import { flushOnHide, halt } from './queue.js';
import { listenToStanding, standing } from './standing.js';
import type { Lethe } from './types.js';

/** Opens when the choice is known, or will not become known. */
let open: (lookedUp: Promise<void>) => void;
/** What is asked of Lethe happens in that order, one after the other. */
let line = new Promise<void>((resolve) => (open = resolve));

function inLine(act: () => void | Promise<void>): void {
  line = line.then(act).catch(warn);
}

/** The commands that wait for the look-up and for each other. */
const commands: Record<string, (...args: any[]) => void | Promise<void>> = {
  consent: report,
  'opt-out': optOut,
  click: (name: string) => send({ type: 'click', name }),
  /** For lethe-vitals.js. */
  vital(metric: string, value: number) {
    send({ type: 'vital', metric, value, url });
    if (document.hidden) flushOnHide();
  },
};

function init({ site, src }: { site: string; src?: string }): void {
  if (standing.site) return;
  standing.base = directoryOf(src || ownSource);
  standing.site = site;
  // A page that is only prepared may never be seen.
  if ((document as { prerendering?: boolean }).prerendering) listen('prerenderingchange', start);
  else start();
}

function start(): void {
  const arrive = (within?: boolean): void => {
    view(within);
    begin();
  };
  const leave = (): void => {
    tellEngagement();
    flushOnHide();
  };
  standing.onGrant_ = arrive;
  standing.onDropped_ = (reason) => {
    halt();
    // The choice is not what this page thought; whoever asks for consent should know.
    if (/consent|notice|opted/.test(reason)) inLine(lookUp);
  };

  arrive();
  open(lookUp());

  watchAddress(() => {
    if (hasMoved()) {
      tellEngagement();
      arrive(true);
    }
  });
  listen('click auxclick', click);
  listen('error unhandledrejection', scriptError);
  listen('scroll focus blur', measure);
  // A page that is shown again has little to tell, and telling it does no harm.
  listen('visibilitychange pagehide', leave);
  listen<PageTransitionEvent>('pageshow', (event) => {
    if (event.persisted) {
      // Back from the browser's memory: a new view; and elsewhere the choice may have changed meanwhile.
      standing.collecting_ = undefined;
      arrive(true);
      inLine(lookUp);
    }
  });
}

const { lethe: stub, fetch, crypto } = window as Partial<typeof window>;
// Another copy of this script may be at work already, and a browser without these cannot take part.
if (!stub?.v && fetch && crypto) {
  const lethe: Lethe = guarded((command: string, ...args: any[]) => {
    if (command === 'init') init(args[0]);
    // For lethe-banner.js.
    else if (command === 'on') listenToStanding(args[0]);
    else inLine(() => commands[command]!(...args));
  });
  lethe.v = 1;
  window.lethe = lethe;
  if (attributes.site) lethe('init', attributes);
  for (const command of stub?.q || []) lethe(...command);
}
