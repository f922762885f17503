const script = document.currentScript as HTMLScriptElement | null;

/** The attributes of the tag that loaded this script; empty where tag managers stripped them. */
export const attributes: DOMStringMap = script?.dataset || {};

export const ownSource = script?.src || '';

/** `…/lethe/lethe.js` becomes `…/lethe/`; the endpoints lie there. */
export const directoryOf = (source: string): string => new URL('.', source).href;

/** The hash in `lethe.<hash>.js`, or the one the tag states; part of the proof of consent. */
export const ownHash: string | undefined = attributes.hash || /\.(\w{8,})\.js/.exec(ownSource)?.[1];
