import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { launch } from './browser.js';
import { startSite } from './site.js';

let browser;
let site;
let context;
let page;
let problems;

before(async () => {
  browser = await launch();
  site = await startSite();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});
beforeEach(async () => {
  Object.assign(site, { requests: [], beacons: [], answers: [], notice: 1 });
  await open();
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(problems, [], 'nothing is thrown into the page and the content policy holds');
});

async function open(options = {}) {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  page = await context.newPage();
  problems = [];
  page.on('pageerror', (problem) => problems.push(problem.message));
  page.on('console', (line) => /Content Security|lethe:/.test(line.text()) && problems.push(line.text()));
}

const visit = (path = '/index.html', options) => page.goto(site.origin + path, options);
const banner = () => page.getByRole('region', { name: 'Counting visits' });
const press = (name) => banner().getByRole('button', { name }).click();
const quiet = () => page.getByRole('button', { name: 'My privacy choices' });
const sent = () => site.requests.map(({ method, path }) => `${method} ${path}`);
const of = (type) => site.beacons.filter((beacon) => beacon.type === type);

/** Waits for something that reaches the site, without a fixed sleep. */
async function until(what, holds) {
  for (const end = Date.now() + 5000; !holds(); ) {
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(site.requests.map((r) => r.path + r.body))}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function accept(path) {
  await visit(path);
  await press('Accept');
  await until('first pageview', () => of('pageview').length === 1);
}

const storage = () =>
  page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    visible: document.cookie,
    databases: (await indexedDB.databases()).length,
  }));
const NOTHING = { local: 0, session: 0, visible: '', databases: 0 };

test('sends nothing but the look-up and stores nothing before a choice', async () => {
  await visit();
  await banner().waitFor();
  await page.click('#order');
  await page.mouse.wheel(0, 500);
  await visit('/second.html');
  await banner().waitFor();
  assert.deepEqual(sent(), Array(2).fill('GET /lethe/api/consent?site=localhost'));
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(await storage(), NOTHING);
});

test('sends no beacon after a refusal and leaves nothing but the cookie of the collector', async () => {
  await visit();
  await press('Refuse');
  await quiet().waitFor();
  await page.click('#order');
  await visit('/second.html');
  await quiet().waitFor();
  assert.equal(await banner().isVisible(), false);
  assert.ok(!sent().some((line) => line.includes('beacon')));
  assert.deepEqual((await context.cookies()).map((cookie) => cookie.httpOnly), [true]);
  assert.deepEqual(await storage(), NOTHING);
});

test('counts the page of the grant, a click, a download, an outbound link and the leaving', async () => {
  await context.route('http://127.0.0.1:9/**', (route) => route.fulfill({ body: 'the mill' }));
  await page.goto(`${site.origin}/index.html?utm_source=letter&name=someone&utm_medium=mail`, {
    referer: 'https://www.google.com/search?q=private',
  });
  await press('Accept');
  await until('pageview', () => of('pageview').length);
  await page.click('#order span');
  await page.evaluate(() => document.querySelector('#menu').addEventListener('click', (event) => event.preventDefault()));
  await page.click('#menu');
  await page.click('#out');
  await page.waitForURL(/partner/);
  await until('engagement', () => of('engagement').length);
  const [view] = of('pageview');
  assert.match(view.id, /^[\w-]{22}$/);
  assert.deepEqual({ ...view, id: '' }, {
    id: '', type: 'pageview', url: `${site.origin}/index.html?utm_source=letter&utm_medium=mail`,
    referrer: 'https://www.google.com/', screen: 'xl', language: 'en',
  });
  assert.deepEqual(of('click').map(({ name, target }) => name || target),
    ['order', `${site.origin}/menu.pdf`, 'http://127.0.0.1:9/']);
  assert.equal(new Set(site.beacons.map(({ id }) => id)).size, site.beacons.length);
  const { scroll, seconds } = of('engagement')[0];
  assert.ok(scroll > 0 && scroll <= 100 && seconds >= 0);
});

test('counts visible seconds once, however often the page is hidden', async () => {
  await accept();
  await page.waitForTimeout(1100);
  const hide = () => page.evaluate(() => dispatchEvent(new Event('pagehide')));
  await hide();
  await until('engagement', () => of('engagement').length === 1);
  await hide();
  await hide();
  await page.click('#order');
  await until('click', () => of('click').length === 1);
  assert.equal(of('engagement').length, 1);
  assert.equal(of('engagement')[0].seconds, 1);
});

test('counts the pages of an application, but no change of state or fragment', async () => {
  await accept('/app/one');
  for (const id of ['same', 'fragment', 'two', 'same']) await page.click(`#${id}`);
  await page.goBack();
  await until('back', () => of('pageview').length === 3);
  assert.deepEqual(of('pageview').map(({ url, referrer }) => [new URL(url).pathname + new URL(url).search, referrer]),
    [['/app/one', undefined], ['/app/two', undefined], ['/app/one', undefined]]);
  assert.deepEqual(of('engagement').map(({ url }) => new URL(url).pathname), ['/app/one', '/app/two']);
});

test('counts script errors without their message, at most five a page', async () => {
  await accept('/app/one');
  for (let i = 0; i < 7; i++) await page.click('#fail');
  await page.click('#two');
  await until('second page', () => of('pageview').length === 2);
  assert.deepEqual(of('problem').map(({ kind }) => kind), Array(5).fill('script_error'));
  assert.ok(!JSON.stringify(site.beacons).includes('someone'));
  problems = problems.filter((problem) => problem !== 'someone@example.com');
});

for (const [how, path] of [['by its mark', '/missing.html'], ['by its status', '/gone.html']]) {
  test(`counts a page that was not found, ${how}`, async () => {
    await accept(path);
    await until('problem', () => of('problem').length === 1);
    assert.equal(of('problem')[0].kind, 'not_found');
    // The browser itself notes the status.
    problems = problems.filter((line) => !/404/.test(line));
  });
}

test('tells each web vital once', async () => {
  await accept('/app/one');
  await page.click('#same');
  await page.goto('about:blank');
  const told = () => of('vital').map(({ metric }) => metric);
  await until('vitals', () => told().includes('LCP') && told().includes('CLS'));
  const metrics = told();
  assert.equal(new Set(metrics).size, metrics.length);
  assert.ok(of('vital').every(({ value }) => value >= 0));
});

test('counts a page that comes back from the memory of the browser, after looking the choice up again', async () => {
  await accept();
  await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => (window.persisted = persisted)));
  await visit('/second.html');
  await until('second page', () => of('pageview').length === 2);
  await page.evaluate(() => history.back());
  await until('first page again', () => of('pageview').length === 3);
  assert.equal(await page.evaluate(() => window.persisted), true);
  assert.deepEqual(of('pageview').map(({ url }) => new URL(url).pathname), ['/index.html', '/second.html', '/index.html']);
  assert.equal(sent().filter((line) => line.startsWith('GET')).length, 3);
});

test('counts a prepared page only when it is shown', async () => {
  await page.addInitScript(() => {
    window.prepared = true;
    Object.defineProperty(Document.prototype, 'prerendering', { get: () => window.prepared });
  });
  await visit();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  assert.deepEqual(sent(), []);
  await page.evaluate(() => {
    window.prepared = false;
    document.dispatchEvent(new Event('prerenderingchange'));
  });
  await press('Accept');
  await until('pageview', () => of('pageview').length === 1);
});

test('repeats the same beacon after the collector was busy', async () => {
  await visit();
  site.answers = [{ status: 503, headers: { 'Retry-After': '1' } }, { status: 429, headers: { 'Retry-After': '1' } }];
  await press('Accept');
  await until('pageview', () => of('pageview').length === 1);
  const ids = site.requests.filter(({ path }) => path.includes('beacon')).map(({ body }) => JSON.parse(body)[0].id);
  assert.equal(ids.length, 3);
  assert.equal(new Set(ids).size, 1);
});

test('stops when the collector says no, and asks again', async () => {
  await accept();
  await context.clearCookies();
  await page.click('#order');
  await banner().waitFor();
  const before = sent().length;
  await page.click('#order');
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  assert.equal(sent().length, before);
});

test('keeps the order of commands given before the script and opts out with a plain form', async () => {
  await page.addInitScript(() => {
    window.lethe = window.lethe || function () { (lethe.q = lethe.q || []).push(arguments); };
    lethe('consent', 'granted', { at: '2026-01-01T00:00:00Z', notice: 1, tool: 'acme' });
    lethe('click', 'early');
    lethe('nonsense');
  });
  await visit();
  await until('click', () => of('click').length === 1);
  const grant = JSON.parse(site.requests.find(({ method }) => method === 'POST').body);
  assert.deepEqual(grant, { site: 'localhost', choice: 'granted', notice: 1, method: 'cmp', at: '2026-01-01T00:00:00.000Z' });
  await page.evaluate(() => lethe('opt-out'));
  await until('opt-out', () => sent().includes('POST /lethe/privacy/opt-out'));
  const { body, headers } = site.requests.at(-1);
  assert.equal(body, 'site=localhost');
  assert.equal(headers['sec-fetch-mode'], 'no-cors');
  assert.match(headers['content-type'], /^application\/x-www-form-urlencoded/);
  problems = problems.filter((line) => !/not a function/.test(line));
});
