import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantedFrom, load, reply } from './load.js';

const kinds = (page) => page.beacons().map(({ type }) => type);

test('touches no storage, whatever the choice', async () => {
  for (const choice of ['unset', 'granted', 'refused']) {
    const page = load({ answers: grantedFrom(choice) });
    await page.settle();
    page.lethe('consent', 'refused');
    page.lethe('consent', 'granted');
    page.lethe('opt-out');
    await page.settle();
    assert.deepEqual(page.touched, []);
  }
});

for (const choice of ['unset', 'refused']) {
  test(`sends one look-up and nothing else while ${choice}`, async () => {
    const page = load({ answers: grantedFrom(choice) });
    page.lethe('click', 'early');
    await page.settle();
    page.lethe('click', 'late');
    page.window.history.pushState(null, '', '/b');
    page.window.dispatchEvent(new page.window.Event('pagehide'));
    await page.settle();
    assert.deepEqual(page.requests, [{ method: 'GET', path: 'api/consent?site=example.com', body: undefined }]);
    assert.deepEqual(page.handed, []);
  });
}

test('sends what a consenting visitor did while the look-up was under way', async () => {
  const page = load();
  page.window.history.pushState(null, '', '/b?x=1#y');
  page.lethe('click', 'early');
  await page.settle();
  assert.deepEqual(page.beacons().filter(({ type }) => type !== 'engagement').map(({ type, url }) => [type, url]), [
    ['pageview', 'https://example.com/a'],
    ['pageview', 'https://example.com/b'],
    ['click', 'https://example.com/b'],
  ]);
});

test('keeps the campaign of the landing page until consent is given', async () => {
  const page = load({ answers: grantedFrom('unset'), url: 'https://example.com/a?q=me@x.org&utm_source=letter&utm_medium=mail' });
  await page.settle();
  page.window.history.pushState(null, '', '/b');
  page.lethe('consent', 'granted');
  await page.settle();
  assert.equal(page.beacons()[0].url, 'https://example.com/b?utm_source=letter&utm_medium=mail');
});

test('reports a consent with its method, notice, time and script', async () => {
  const integrity = `sha256-${'aB+/'.repeat(10)}aB0=`;
  const page = load({ answers: grantedFrom('unset'), integrity });
  page.lethe('consent', 'granted', { at: '2026-02-03', notice: 2, tool: 'acme' });
  page.lethe('consent', 'refused', { erase: false });
  await page.settle();
  assert.deepEqual(page.requests.filter(({ method, path }) => method === 'POST' && path === 'api/consent').map(({ body }) => JSON.parse(body)), [
    { site: 'example.com', choice: 'granted', notice: 2, method: 'cmp', at: '2026-02-03T00:00:00.000Z', script: integrity },
    { site: 'example.com', choice: 'refused', notice: 3, method: 'api', script: integrity, erase: false },
  ]);
});

test('names the script only by a whole SHA-256', async () => {
  const whole = '0123456789abcdef'.repeat(4);
  for (const [tag, expected] of [[{}, undefined], [{ hash: whole }, whole], [{ hash: 'abc' }, undefined], [{ integrity: 'sha384-abc' }, undefined]]) {
    const page = load({ answers: grantedFrom('unset'), ...tag });
    page.lethe('consent', 'granted');
    await page.settle();
    assert.equal(JSON.parse(page.requests.find(({ method }) => method === 'POST').body).script, expected);
  }
});

test('does not repeat a known choice, nor the pageview of a repeated grant', async () => {
  const page = load();
  page.lethe('consent', 'granted');
  page.lethe('consent', 'granted', { at: '2026-02-03', tool: 'acme' });
  page.lethe('consent', 'granted', { at: '2026-02-03', tool: 'acme' });
  await page.settle();
  assert.equal(page.requests.filter(({ path }) => path === 'api/consent').length, 2);
  assert.deepEqual(kinds(page), ['pageview']);
});

test('repeats the same ids after the time asked for, else after doubling times, and gives up after ten minutes', async () => {
  const answers = [503, 429, 503, 0];
  const page = load({
    answers: grantedFrom('granted', () => {
      const status = answers.shift();
      if (!status) throw new TypeError('network');
      return reply(status, undefined, status === 429 ? { 'Retry-After': '7' } : {});
    }),
  });
  await page.settle();
  for (const expected of [2000, 7000, 4000, 8000, 16000]) {
    const { act, delay } = page.timers.pop();
    assert.ok(delay >= expected && delay <= expected * 1.25, `${delay} for ${expected}`);
    act();
    await page.settle();
  }
  assert.equal(page.beacons().length, 6);
  assert.equal(new Set(page.beacons().map(({ id }) => id)).size, 1);
  page.now += 600_000;
  page.timers.pop().act();
  await page.settle();
  assert.equal(page.beacons().length, 6);
});

test('fills batches while a request fails, keeps at most 200 and hands over on hide', async () => {
  const page = load({ answers: grantedFrom('granted', () => reply(503)) });
  await page.settle();
  for (let i = 0; i < 300; i++) page.lethe('click', `n${i}`);
  await page.settle();
  page.timers.pop().act();
  await page.settle();
  const last = JSON.parse(page.requests.at(-1).body);
  assert.equal(last.length, 40);
  assert.equal(last[0].name, 'n100');
  page.window.dispatchEvent(new page.window.Event('pagehide'));
  assert.equal(page.handed.length, 40);
});

test('empties the memory when the choice changes', async () => {
  for (const change of [(page) => page.lethe('consent', 'refused'), (page) => page.lethe('opt-out')]) {
    const page = load({ answers: grantedFrom('granted', () => reply(503)) });
    await page.settle();
    change(page);
    await page.settle();
    const sent = page.beacons().length;
    page.timers.pop().act();
    page.window.dispatchEvent(new page.window.Event('pagehide'));
    await page.settle();
    assert.equal(page.beacons().length, sent);
    assert.deepEqual(page.handed, []);
  }
});

for (const [reason, asks] of Object.entries({
  opted_out: true, no_consent: true, consent_expired: true, notice_outdated: true, gpc: false, restricted: false, bot: false,
})) {
  test(`stops after ${reason}${asks ? ' and looks the choice up again' : ''}`, async () => {
    const page = load({ answers: grantedFrom('granted', () => reply(204, undefined, { 'Lethe-Outcome': `dropped; reason=${reason}` })) });
    await page.settle();
    page.lethe('click', 'more');
    await page.settle();
    assert.deepEqual(kinds(page), ['pageview']);
    assert.equal(page.requests.filter(({ method }) => method === 'GET').length, asks ? 2 : 1);
  });
}

test('tells a listener the choice whenever it comes and whenever it changes', async () => {
  const told = [];
  const stub = Object.assign(() => {}, { q: [['on', ({ choice, notice, site, base }) => told.push([choice, notice, site, base])]] });
  const page = load({ answers: grantedFrom('unset'), stub });
  await page.settle();
  page.lethe('consent', 'granted');
  await page.settle();
  assert.deepEqual(told, [
    ['unset', 3, 'example.com', 'https://example.com/lethe/'],
    ['granted', 3, 'example.com', 'https://example.com/lethe/'],
  ]);
});

test('waits for init where the tag has no attributes, and takes the script address from it', async () => {
  const page = load({ site: '' });
  page.lethe('click', 'early');
  await page.settle();
  assert.deepEqual(page.requests, []);
  page.lethe('init', { site: 'shop', src: 'https://example.com/lethe/v/lethe.js' });
  page.lethe('init', { site: 'other' });
  await page.settle();
  assert.equal(page.requests[0].path, 'v/api/consent?site=shop');
  assert.deepEqual(kinds(page), ['pageview', 'click']);
});

test('counts once when the script is on the page twice', async () => {
  const page = load();
  page.run();
  await page.settle();
  assert.deepEqual(kinds(page), ['pageview']);
});

test('counts clicks by name, by outbound host and by download, and no others', async () => {
  const page = load();
  await page.settle();
  const { document, MouseEvent } = page.window;
  document.body.innerHTML = `
    <div data-lethe-click="card"><a id="inside" href="https://other.example/x"><i>in</i></a></div>
    <a id="out" href="https://other.example/who?user=7"><i>out</i></a> <a id="file" href="/files/Price.PDF?t=1">file</a>
    <a id="saved" href="/export" download>export</a> <a id="own" href="/b">own</a> <a id="mail" href="mailto:me@x.org">mail</a>
    <a id="privacy" href="https://example.com/lethe/privacy">privacy</a> <a id="beside" href="/lethe/prices.csv">prices</a>`;
  // The page keeps the links from being followed, after the tracker has had its turn.
  let prevented = false;
  document.addEventListener('click', (event) => {
    prevented ||= event.defaultPrevented;
    event.preventDefault();
  }, true);
  const click = (selector, type = 'click', button = 0) => {
    const event = new MouseEvent(type, { bubbles: true, composed: true, cancelable: true, button });
    document.querySelector(selector).dispatchEvent(event);
    assert.equal(prevented, false);
  };
  for (const id of ['#inside i', '#out i', '#file', '#saved', '#own', '#mail', '#privacy', '#beside']) click(id);
  click('#out', 'auxclick', 1);
  click('#out', 'auxclick', 2);
  await page.settle();
  assert.deepEqual(page.beacons().filter(({ type }) => type === 'click').map(({ name, target }) => name || target), [
    'card', 'https://other.example/', 'https://example.com/files/Price.PDF', 'https://example.com/export',
    // A collector at the root of the site has the site's own downloads beside it.
    'https://example.com/lethe/prices.csv', 'https://other.example/',
  ]);
});

test('stays silent where the browser lacks what it needs', async () => {
  for (const missing of ['fetch', 'crypto']) {
    const page = load({ without: [missing] });
    await page.settle();
    assert.deepEqual([page.requests, page.warnings], [[], []]);
  }
});

test('never throws into the page', async () => {
  const page = load({ answers: () => { throw new TypeError('network'); } });
  for (const command of [[], ['nonsense'], ['init'], ['consent'], ['consent', 'granted', { at: 'never' }], ['click'], ['on'], ['opt-out'], [{}]]) {
    assert.doesNotThrow(() => page.lethe(...command));
  }
  await page.settle();
  assert.doesNotThrow(() => load({ site: '', stub: Object.assign(() => {}, { q: [['init', { site: 's', src: 'no address' }]] }) }));
});
