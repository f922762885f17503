// The console: asks for the state every few seconds and listens to the feed of synthetic sites.
import { drawChart, OUTCOMES } from './chart.js';

const ASK_EVERY_MS = 5_000;
const EVENTS_KEPT = 200;
// A screen reader hears how many came, not each one: at most one sentence in this time.
const ANNOUNCE_EVERY_MS = 10_000;

const byId = (id) => document.getElementById(id);
const texts = await (await fetch('/console/texts.json')).json();
const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, () => value), texts[key]);
const number = new Intl.NumberFormat(texts.lang);
const clock = new Intl.DateTimeFormat(texts.lang, { timeStyle: 'medium' });
const minuteClock = new Intl.DateTimeFormat(texts.lang, { timeStyle: 'short' });
const moment = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'medium', timeStyle: 'short' });
const calendar = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'medium', timeZone: 'UTC' });

function make(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Redraws only what has changed, so that focus, selection and open details stay. */
const drawn = new Map();
function whenChanged(name, value, draw) {
  const text = JSON.stringify(value);
  if (drawn.get(name) === text) return;
  drawn.set(name, text);
  draw(value);
}

// ---- state ----

async function ask() {
  try {
    const answer = await fetch('/console/state', { headers: { Accept: 'application/json' } });
    if (answer.status === 401) return status(false, texts.signed_out);
    if (!answer.ok) return status(false, texts.lost);
    show(await answer.json());
  } catch {
    status(false, texts.lost);
  }
}

function show(state) {
  status(state.node.ready, state.node.ready ? texts.ready : texts.not_ready, state.node.reasons.join(', '));
  whenChanged('node', state.node, showNode);
  whenChanged('set-up', state.not_yet_set_up, showSetUp);
  whenChanged('minutes', [state.now.slice(0, 16), state.minutes], () => showMinutes(state));
  whenChanged('sites', [state.sites, state.node.public_url], () => showSites(state.sites, state.node.public_url));
  whenChanged('retention', state.retention, showRetention);
}

function status(good, sentence, details = '') {
  byId('lamp').className = good ? 'lamp good' : 'lamp bad';
  if (byId('ready').textContent !== sentence) byId('ready').textContent = sentence;
  byId('reasons').textContent = details;
}

function facts(list, rows) {
  list.replaceChildren(...rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
}

function showNode(node) {
  facts(byId('facts'), [
    [texts.fact_version, node.version],
    [texts.fact_since, moment.format(new Date(node.started_at))],
    [texts.fact_url, node.public_url],
    [texts.fact_database, node.database],
    [texts.fact_state, node.state_dir],
  ]);
  for (const link of [byId('demo-link'), byId('feed-demo')]) {
    link.hidden = !node.demo;
    if (node.demo) link.href = node.demo;
  }
}

function showSetUp(items) {
  byId('set-up').hidden = items.length === 0;
  byId('set-up-list').replaceChildren(...items.map((item) =>
    make('li', {}, make('strong', {}, item.what), make('p', {}, item.why), make('pre', {}, make('code', {}, item.how)))));
}

function showMinutes(state) {
  const now = Math.floor(Date.parse(state.now) / 60_000);
  const found = new Map(state.minutes.map((minute) => [Math.floor(Date.parse(minute.start) / 60_000), minute]));
  const reasons = new Map();
  const sums = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
  const minutes = [];
  for (let at = now - 59; at <= now; at++) {
    const { stored = 0, rejected = 0, limited = 0, unavailable = 0, dropped = {} } = found.get(at) ?? {};
    let droppedHere = 0;
    for (const [reason, count] of Object.entries(dropped)) {
      droppedHere += count;
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    }
    const counts = { stored, dropped: droppedHere, rejected, limited, unavailable };
    for (const outcome of OUTCOMES) sums[outcome] += counts[outcome];
    const time = minuteClock.format(new Date(at * 60_000));
    const parts = OUTCOMES.filter((outcome) => counts[outcome]).map((outcome) => `${name(outcome)} ${counts[outcome]}`);
    minutes.push({ time, counts, label: `${time} · ${parts.join(', ') || '0'}` });
  }
  const total = OUTCOMES.reduce((sum, outcome) => sum + sums[outcome], 0);
  byId('minutes-summary').textContent = total === 0 ? texts.summary_none : say('summary', {
    total: number.format(total), stored: number.format(sums.stored), dropped: number.format(sums.dropped) });
  draw = () => drawChart(byId('chart'), minutes, texts);
  draw();
  byId('legend').replaceChildren(...OUTCOMES.map((outcome) =>
    make('li', {}, make('span', { className: `swatch ${outcome}` }), `${name(outcome)} `, make('b', {}, number.format(sums[outcome])))));
  showTable(minutes);
  showReasons(reasons, sums.dropped);
}

let draw = () => {};
new ResizeObserver(() => draw()).observe(byId('chart'));

const name = (outcome) => texts[outcome === 'dropped' ? 'dropped_one' : outcome];

function showTable(minutes) {
  const head = make('thead', {}, make('tr', {}, ...[texts.minute, ...OUTCOMES.map(name)].map((text) => make('th', { scope: 'col' }, text))));
  const rows = minutes.toReversed().map((minute) => make('tr', {}, make('th', { scope: 'row' }, minute.time),
    ...OUTCOMES.map((outcome) => make('td', {}, number.format(minute.counts[outcome])))));
  byId('minutes-table').replaceChildren(head, make('tbody', {}, ...rows));
}

function showReasons(reasons, total) {
  const sorted = [...reasons].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  byId('dropped-lead').textContent = sorted.length ? texts.dropped_lead : texts.dropped_none;
  byId('reasons-list').replaceChildren(...sorted.map(([reason, count]) => make('li', {},
    make('p', { className: 'row' }, make('code', {}, reason), make('b', {}, number.format(count))),
    make('progress', { max: total, value: count, 'aria-label': reason }),
    make('p', { className: 'soft small' }, texts[`reason_${reason}`] ?? ''))));
}

function showSites(sites, url) {
  if (sites.length === 0) return byId('sites').replaceChildren(make('p', {}, texts.no_sites));
  byId('sites').replaceChildren(...sites.map((site) => {
    const snippet = `<script defer src="${url}/lethe.js" data-site="${site.name}"></script>\n`
      + `<script defer src="${url}/lethe-banner.js"></script>`;
    const button = make('button', { type: 'button', 'aria-label': say('copy_of', { site: site.name }) }, texts.copy);
    button.addEventListener('click', () => copy(button, snippet));
    const title = make('h3', {}, site.name);
    if (site.synthetic) title.append(' ', make('span', { className: 'tag' }, texts.synthetic));
    return make('article', { className: 'site' },
      make('div', { className: 'row' }, title,
        make('p', { className: 'actions' }, button,
          make('a', { className: 'button', href: `/sites/${encodeURIComponent(site.name)}` }, texts.numbers))),
      make('pre', {}, make('code', {}, snippet)),
      make('p', { className: 'soft small' }, `${texts.origins} ${site.origins.join(', ')}. ${texts.zone} ${site.time_zone}. `
        + `${texts.preset} ${site.preset}. ${texts.notice} ${site.notice}.`));
  }));
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = texts.copied;
    setTimeout(() => { button.textContent = texts.copy; }, 2_000);
  } catch {
    // Without the permission (plain http elsewhere than on localhost) the lines are selected instead.
    getSelection().selectAllChildren(button.closest('.site').querySelector('code'));
  }
}

function showRetention(kept) {
  const day = (text) => calendar.format(new Date(`${text}T00:00:00Z`));
  facts(byId('retention'), [
    [texts.oldest, kept.oldest_day ? day(kept.oldest_day) : texts.none_kept],
    [texts.next, kept.next_day ? say('next_when', { day: day(kept.next_day), at: moment.format(new Date(kept.next_at)) }) : texts.next_none],
    [texts.overdue, kept.overdue ? say('overdue_some', { n: kept.overdue }) : texts.overdue_none],
  ]);
  byId('retention').lastElementChild.classList.toggle('alarm', kept.overdue > 0);
}

// ---- feed ----

const waiting = [];
let paused = false;
let unannounced = 0;

function listen() {
  const feed = new EventSource('/console/events');
  feed.addEventListener('message', (message) => {
    waiting.push(JSON.parse(message.data));
    if (waiting.length > EVENTS_KEPT) waiting.shift();
    paused ? count() : requestAnimationFrame(flush);
  });
  feed.addEventListener('open', count);
  feed.addEventListener('error', () => { byId('feed-count').textContent = texts.broken; });
}

function flush() {
  if (paused || waiting.length === 0) return count();
  const fresh = waiting.splice(0).map(line).reverse();
  unannounced += fresh.length;
  byId('events').prepend(...fresh);
  while (byId('events').childElementCount > EVENTS_KEPT) byId('events').lastElementChild.remove();
  byId('feed-empty').hidden = true;
  count();
}

function count() {
  const shown = byId('events').childElementCount;
  byId('feed-count').textContent = paused && waiting.length ? say('waiting', { n: waiting.length })
    : shown ? say('shown', { n: shown }) : texts.live;
}

function sentence(event) {
  const values = { ...event, target: event.target_host };
  if (event.type === 'click') {
    return say(event.click ? 'ev_click' : event.download ? 'ev_download' : 'ev_outbound', values);
  }
  if (event.type === 'problem') return say(`ev_${event.problem}`, values);
  if (event.type === 'vital') {
    const value = event.metric === 'CLS' ? number.format(event.value) : `${number.format(Math.round(event.value))} ms`;
    return say('ev_vital', { ...values, value });
  }
  if (event.type === 'engagement') return say('ev_engagement', { ...values, seconds: event.seconds ?? 0, scroll: event.scroll ?? 0 });
  return say(event.type === 'pageview' ? 'ev_pageview' : 'ev_other', values);
}

function gap(days) {
  if (days === undefined) return texts.gap_first;
  return days === 0 ? texts.gap_same : days === 1 ? texts.gap_day : say('gap_days', { n: days });
}

function line(event) {
  const browser = [event.browser, event.browser_major].filter((part) => part !== undefined).join(' ');
  const campaign = [event.utm_source, event.utm_medium, event.utm_campaign].filter(Boolean).join(' / ');
  const view = event.type === 'pageview';
  const short = [browser, event.device, event.country, campaign,
    event.referrer_host && say('from', { from: event.referrer_host }), view && gap(event.gap_days)].filter(Boolean);
  const fields = Object.entries(event).filter(([field]) => field !== 'received_at')
    .map(([field, value]) => make('div', {}, make('dt', {}, field), make('dd', {}, String(value))));
  const received = new Date(event.received_at);
  return make('li', { className: `event ${event.type}` },
    make('details', {},
      make('summary', {},
        make('time', { dateTime: event.received_at }, clock.format(received)),
        make('span', { className: 'what' }, sentence(event)),
        make('span', { className: 'soft small' }, short.join(' · '))),
      make('dl', { className: 'fields' }, ...fields)));
}

byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  byId('pause').textContent = paused ? texts.resume : texts.pause;
  flush();
});

setInterval(() => {
  if (unannounced === 0) return;
  byId('announce').textContent = say('announce', { n: unannounced });
  unannounced = 0;
}, ANNOUNCE_EVERY_MS);

listen();
await ask();
setInterval(() => { if (!document.hidden) ask(); }, ASK_EVERY_MS);
document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
