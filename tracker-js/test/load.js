import { readFileSync } from 'node:fs';
import { Window } from 'happy-dom';

const code = readFileSync(new URL('../dist/lethe.js', import.meta.url), 'utf8');

/**
 * A page with the built tracker in it. `answers` decides what the collector says to (method, path, body); `requests`,
 * `handed` (by sendBeacon) and `timers` record what the tracker did; `without` names parts of the browser to take away.
 */
export function load({ answers = grantedFrom('granted'), site = 'example.com', url = 'https://example.com/a', without = [], stub, integrity = '', hash = '' } = {}) {
  const window = new Window({ url });
  const page = { window, requests: [], handed: [], timers: [], warnings: [], touched: [], now: 1_000_000 };
  const define = (target, name, value) => Object.defineProperty(target, name, { configurable: true, ...value });

  const script = window.document.createElement('script');
  script.src = 'https://example.com/lethe/lethe.0123abcd.js';
  script.integrity = integrity;
  if (hash) script.dataset.hash = hash;
  if (site) script.dataset.site = site;
  define(window.document, 'currentScript', { value: script });
  define(window.document, 'cookie', { get: () => page.touched.push('cookie'), set: () => page.touched.push('cookie') });
  for (const store of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
    define(window, store, { get: () => page.touched.push(store) });
  }

  const browser = {
    fetch: async (address, { method, body }) => {
      const text = body instanceof Blob ? await body.text() : body && `${body}`;
      const request = { method, path: address.replace('https://example.com/lethe/', ''), body: text };
      page.requests.push(request);
      return answers(request, page);
    },
    crypto: globalThis.crypto,
    btoa: globalThis.btoa,
    Blob: globalThis.Blob,
    URLSearchParams: globalThis.URLSearchParams,
    setTimeout: (act, delay) => page.timers.push({ act, delay }),
    console: { warn: (...words) => page.warnings.push(words.join(' ')) },
    Date: class extends Date { static now() { return page.now; } },
  };
  define(window.navigator, 'sendBeacon', { value: (address, body) => page.handed.push(...JSON.parse(body)) });
  if (stub) window.lethe = stub;
  // The scope of a browser's script: the window's names, then those a test decides about.
  for (const [name, value] of Object.entries(browser)) define(window, name, { value, writable: true });
  for (const name of without) define(window, name, { value: undefined });
  page.run = () => new Function('window', `with (window) {${code}}`)(window);
  page.run();
  page.lethe = (...command) => window.lethe(...command);
  page.beacons = () => page.requests.filter(({ path }) => path.includes('api/beacon')).flatMap(({ body }) => JSON.parse(body));
  /** Lets everything that waits for promises happen. */
  page.settle = async () => { for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve)); };
  return page;
}

export const reply = (status, value, headers = {}) => new Response(value && JSON.stringify(value), { status, headers });

/** A collector that knows the choice, takes a new one over and stores what is granted. */
export function grantedFrom(choice, beacon = () => reply(204, undefined, { 'Lethe-Outcome': 'stored' })) {
  return ({ method, path, body }, page) => {
    if (path.includes('api/beacon')) return beacon(page);
    if (path.startsWith('privacy/')) return reply(200);
    if (method === 'POST') ({ choice } = JSON.parse(body));
    return reply(200, { choice, notice: 3, expires_on: null });
  };
}
