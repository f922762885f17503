const script = document.currentScript as HTMLScriptElement | null;

/** The attributes of the tag that loaded this script; empty where tag managers stripped them. */
export const attributes: DOMStringMap = script?.dataset || {};

export const ownSource = script?.src || '';

/** `…/lethe/lethe.js` becomes `…/lethe/`; the endpoints lie there. */
export const directoryOf = (source: string): string => new URL('.', source).href;

/** The SHA-256 that the tag's `data-hash` or `integrity`, or the file's name states; part of the proof of consent. */
export const ownHash: string | undefined = /sha256-[\w+/]{43}=|\b[\da-f]{64}\b/.exec(
  `${[attributes.hash, script?.integrity, ownSource]}`,
)?.[0];
