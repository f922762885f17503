import type { Choice, Listener, Told } from './types.js';

/** What this page knows of the visitor's choice, and where it knows it from. Nothing of it outlives the page. */
export interface Standing {
  site: string;
  /** The directory the scripts and their endpoints lie in; ends with a slash. */
  base: string;
  /** Unknown until the look-up has answered. */
  choice?: Choice;
  /** The notice version a grant would be given for now. */
  notice?: number;
  /**
   * `true`: beacons may leave the browser; `undefined`: the look-up is under way and they wait in memory; `false`:
   * nothing is kept, until the person says yes on this page.
   */
  collecting_: boolean | undefined;
  /** Collecting begins in the middle of a page. */
  onGrant_: () => void;
  /** The collector stored nothing, for this reason. */
  onDropped_: (reason: string) => void;
  listener_?: Listener;
}

export const standing = {} as Standing;

/** Has `listener` told at once if the choice is known, and after every attempt to change it; there is one only. */
export function listenToStanding(listener: Listener): void {
  standing.listener_ = listener;
  tell();
}

export function tell(): void {
  if (standing.choice) standing.listener_?.(standing as Told);
}
