import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NOTICE } from '../notice.js';
import { launch } from './browser.js';
import { startSite } from './site.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser;
let site;

before(async () => {
  browser = await launch();
  site = await startSite();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});
beforeEach(() => {
  Object.assign(site, { requests: [], beacons: [], answers: [], notice: 1 });
});

/** Opens a page in a fresh profile and closes it after `act`. */
async function on(path, options, act) {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    if (options.signal) {
      await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
    }
    await page.goto(site.origin + path);
    await act(page, context);
  } finally {
    await context.close();
  }
}

const region = (page, lang = 'en') => page.getByRole('region', { name: NOTICE[lang].title });
const quiet = (page, lang = 'en') => page.getByRole('button', { name: NOTICE[lang].change });
const posts = () => site.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('consent')).map(({ body }) => JSON.parse(body));

async function violations(page) {
  // Through the debugger, which the page's content policy does not concern.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations: found } = await page.evaluate(() => axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
}

for (const lang of ['fr', 'en']) {
  for (const width of [360, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`is accessible and fits in ${lang} at ${width} pixels, ${colorScheme}`, async () => {
        await on(`/index.html?lang=${lang}`, { viewport: { width, height: 740 }, colorScheme, reducedMotion: 'reduce' }, async (page) => {
          await region(page, lang).waitFor();
          assert.deepEqual(await violations(page), []);
          const { title, accept, refuse, more, change, ...items } = NOTICE[lang];
          for (const item of Object.values(items)) assert.ok(await page.getByText(item).isVisible());
          const [no, yes] = await Promise.all([refuse, accept].map((name) => region(page, lang).getByRole('button', { name }).boundingBox()));
          assert.deepEqual([yes.width, yes.height, yes.y], [no.width, no.height, no.y]);
          assert.ok(no.height >= 44 && no.width >= 44 && yes.y + yes.height <= 740);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling');
          await region(page, lang).getByRole('button', { name: refuse }).click();
          await quiet(page, lang).waitFor();
          assert.ok((await quiet(page, lang).boundingBox()).height >= 44);
          assert.deepEqual(await violations(page), []);
        });
      });
    }
  }
}

test('offers both choices in the same look', () =>
  on('/index.html', {}, async (page) => {
    await region(page).waitFor();
    const looks = await region(page).getByRole('button').evaluateAll((buttons) =>
      buttons.map((button) => {
        const { color, backgroundColor, fontWeight, fontSize, borderColor, opacity } = getComputedStyle(button);
        return { color, backgroundColor, fontWeight, fontSize, borderColor, opacity };
      }));
    assert.equal(looks.length, 2);
    assert.deepEqual(looks[0], looks[1]);
  }));

test('is reached first by keyboard, never takes the focus by itself and gives it back', () =>
  on('/index.html', {}, async (page) => {
    await region(page).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
    const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent);
    const stops = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    const { more, change, refuse, accept } = NOTICE.en;
    assert.deepEqual(stops, [more, change, refuse, accept]);
    await page.keyboard.press('Escape');
    assert.ok(await region(page).isVisible());
    await page.keyboard.press('Enter');
    await quiet(page).waitFor();
    assert.equal(await focused(), change);
    await page.keyboard.press('Enter');
    assert.equal(await region(page).getByRole('button', { name: accept }).getAttribute('aria-pressed'), 'true');
    await page.keyboard.press('Escape');
    assert.equal(await region(page).isVisible(), false);
    assert.equal(posts().length, 1);
  }));

test('withdraws in as many clicks as a page element or the quiet button needs', () =>
  on('/index.html', {}, async (page) => {
    await region(page).getByRole('button', { name: 'Accept' }).click();
    await quiet(page).waitFor();
    await page.click('#privacy');
    await region(page).getByRole('button', { name: 'Refuse' }).click();
    await region(page).waitFor({ state: 'hidden' });
    assert.deepEqual(posts(), ['granted', 'refused'].map((choice) => ({ site: 'localhost', choice, notice: 1, method: 'banner' })));
  }));

test('shows no banner against the browser signal, only the quiet way', () =>
  on('/index.html', { signal: true }, async (page) => {
    await quiet(page).waitFor();
    assert.equal(await region(page).isVisible(), false);
    await quiet(page).click();
    await page.keyboard.press('Escape');
    await region(page).waitFor({ state: 'hidden' });
    await page.click('#privacy');
    await region(page).getByRole('button', { name: 'Accept' }).click();
    await region(page).waitFor({ state: 'hidden' });
    assert.equal(posts()[0].choice, 'granted');
  }));

test('makes one look-up whichever script comes first', () =>
  on('/banner-first.html', {}, async (page) => {
    await region(page).waitFor();
    assert.equal(site.requests.length, 1);
  }));

test('fetches the new notice and asks again when the one it shows has been replaced', () =>
  on('/index.html', {}, async (page) => {
    await region(page).waitFor();
    site.notice = 2;
    await region(page).getByRole('button', { name: 'Accept' }).click();
    await page.waitForFunction(() => window.letheNotice.version === 2);
    await region(page).getByRole('button', { name: 'Accept' }).click();
    await quiet(page).waitFor();
    assert.deepEqual(posts().map(({ notice }) => notice), [1, 2]);
  }));

test('leaves the question open when the collector is away', () =>
  on('/index.html', {}, async (page, context) => {
    await region(page).waitFor();
    await context.setOffline(true);
    const warned = page.waitForEvent('console', (line) => line.text().startsWith('lethe:'));
    await region(page).getByRole('button', { name: 'Accept' }).click();
    await warned;
    assert.ok(await region(page).isVisible());
    await context.setOffline(false);
    await region(page).getByRole('button', { name: 'Accept' }).click();
    await quiet(page).waitFor();
  }));

describe('under enlargement', () => {
  // 1280 × 1024 at 200 % and at 400 %.
  for (const viewport of [{ width: 640, height: 512 }, { width: 320, height: 256 }]) {
    test(`keeps both choices on a window of ${viewport.width} × ${viewport.height}`, () =>
      on('/index.html', { viewport }, async (page) => {
        await region(page).waitFor();
        for (const name of ['Refuse', 'Accept']) {
          const box = await region(page).getByRole('button', { name }).boundingBox();
          assert.ok(box.y >= 0 && box.y + box.height <= viewport.height && box.x >= 0 && box.x + box.width <= viewport.width);
        }
      }));
  }
});

test('moves nothing on the page', () =>
  on('/index.html', {}, async (page) => {
    await region(page).waitFor();
    const shift = await page.evaluate(() => new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (sum += value))).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(sum), 200);
    }));
    assert.equal(shift, 0);
  }));
