import { guarded, listen } from './guard.js';

/** Calls `moved` after everything that may have changed the address without loading a document. */
export function watchAddress(moved: () => void): void {
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = (...change) => {
      original.apply(history, change);
      guarded(moved)();
    };
  }
  listen('popstate', moved);
}
