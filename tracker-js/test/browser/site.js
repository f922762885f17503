// A small website with the collector's interface under /lethe/, which records what reaches it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { NOTICE, noticeLine } from '../notice.js';

const PAGES = new URL('../pages/', import.meta.url);
const DIST = new URL('../../dist/', import.meta.url);
/** As strict as a content policy gets without breaking the page itself. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

/** Starts on a free port; `requests` holds what went to the interface, `beacons` the decoded beacons in order. */
export async function startSite() {
  const site = { requests: [], beacons: [], notice: 1, origin: '', answers: [] };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://site');
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    try {
      if (url.pathname.startsWith('/lethe/api/') || url.pathname.startsWith('/lethe/privacy')) {
        site.requests.push({ method: request.method, path: url.pathname + url.search, body, headers: request.headers });
        answer(url, request, response, body);
      } else {
        await serve(url, request, response);
      }
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Not found</title>');
    }
  });

  function answer(url, request, response, body) {
    const decided = /lethe-choice=(\w+)/.exec(request.headers.cookie || '')?.[1] || 'unset';
    const json = (status, value, headers = {}) =>
      response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers }).end(JSON.stringify(value));
    if (url.pathname === '/lethe/api/consent' && request.method === 'GET') {
      json(200, { choice: decided, notice: site.notice, expires_on: null });
    } else if (url.pathname === '/lethe/api/consent') {
      const { choice, notice } = JSON.parse(body);
      if (notice !== site.notice) return json(409, { type: 'about:blank' });
      json(200, { choice, notice, decided_on: '2026-01-01', expires_on: null },
        { 'Set-Cookie': `lethe-choice=${choice}; HttpOnly; Path=/; SameSite=Lax` });
    } else if (url.pathname === '/lethe/api/beacon') {
      const next = site.answers.shift();
      if (next) return response.writeHead(next.status, next.headers).end();
      if (decided === 'granted') site.beacons.push(...[JSON.parse(body)].flat());
      const outcome = decided === 'granted' ? 'stored' : 'dropped; reason=no_consent';
      response.writeHead(204, { 'Lethe-Outcome': outcome }).end();
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Privacy</title>');
    }
  }

  async function serve(url, request, response) {
    const script = /^\/lethe\/(lethe[\w-]*)(\.\w{8,})?\.js$/.exec(url.pathname);
    if (script) {
      const code = await readFile(new URL(`${script[1]}.js`, DIST), 'utf8');
      const before = script[1] === 'lethe-banner' ? noticeLine({ ...NOTICE, version: site.notice }) : '';
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(before + code);
      return;
    }
    const spa = url.pathname.startsWith('/app/') ? 'app.html' : url.pathname.slice(1);
    const type = { css: 'text/css', js: 'text/javascript' }[spa.split('.').pop()] || 'text/html; charset=utf-8';
    const gone = spa === 'gone.html';
    let page = await readFile(new URL(gone ? 'index.html' : spa, PAGES), 'utf8');
    if (url.searchParams.get('lang')) page = page.replace('lang="en"', `lang="${url.searchParams.get('lang')}"`);
    response.writeHead(gone ? 404 : 200, { 'Content-Type': type, 'Content-Security-Policy': POLICY }).end(page);
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.origin = `http://localhost:${server.address().port}`;
  site.stop = () => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)); };
  return site;
}
