/** What the visitor decided; `unset` also when a grant has expired or was given for an older notice. */
export type Choice = 'unset' | 'granted' | 'refused';

/** The look-up's answer, as far as the scripts use it. */
export interface Answer {
  choice: Choice;
  /** The notice version a grant would be given for now. */
  notice: number;
}

/** What `lethe('on', listener)` is told: as soon as the choice is known, and after every attempt to change it. */
export interface Told extends Answer {
  site: string;
  /** The directory the scripts and their endpoints lie in; ends with a slash. */
  base: string;
}

export type Listener = (told: Told) => void;

/** The third argument of `lethe('consent', …)`. */
export interface ConsentOptions {
  /** When the person chose; anything `Date` understands. */
  at?: string | number | Date;
  /** The notice version the person was shown; the current one if absent. */
  notice?: number;
  /** The consent tool that asked; makes the method `cmp`. */
  tool?: string;
  /** `false` keeps the visitor's events when a grant is withdrawn. */
  erase?: boolean;
  /** Set by the banner only. */
  method?: 'banner';
  /** Set by the banner only: the hash of the script that asked. */
  script?: string | undefined;
}

/** The beacons of the wire format without what every beacon has (`id`, and `url` if it is the current page's). */
export type Beacon =
  | { type: 'pageview'; referrer: string | undefined; screen: string; language: string }
  | { type: 'click'; name: string }
  | { type: 'click'; target: string }
  | { type: 'engagement'; seconds: number; scroll: number; url: string }
  | { type: 'vital'; metric: string; value: number; url: string }
  | { type: 'problem'; kind: 'not_found' | 'script_error' };

/** `window.lethe`: the function, or before the script has run the stub with its queue. */
export interface Lethe {
  (...command: any[]): void;
  /** Commands given to the stub. */
  q?: Iterable<any>[];
  /** Set once the tracker runs, so that a second copy of the script keeps out. */
  v?: 1;
}

declare global {
  interface Window {
    lethe?: Lethe;
  }
}
