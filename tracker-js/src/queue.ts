import { ask, ofSite } from './ask.js';
import { beaconId } from './beaconId.js';
import { warn } from './guard.js';
import { standing } from './standing.js';
import type { Beacon } from './types.js';

interface Waiting {
  json_: string;
  born_: number;
}

const enum Limit {
  /** Beacons in memory; beyond it the oldest go. */
  WAITING = 200,
  /** Beacons in a request: the collector takes 50 and 16 KiB, which leaves 400 bytes for each of these. */
  BATCH = 40,
  /** The collector recognises a repeated id for 15 minutes around midnight; stay well below. */
  AGE_MS = 600_000,
  FIRST_WAIT_MS = 2_000,
}

/** The oldest first. */
let waiting: Waiting[] = [];
/** The batch on its way, until the collector has answered. */
let underWay: Waiting[] = [];
let failures = 0;
/** The timer of the next attempt; 0 while the collector is not known to be failing. */
let pause = 0;

/**
 * Keeps a beacon in memory and sends it as soon as that is allowed; `url` may be overruled by the beacon. Measurements
 * that end with the page wait for the next request or for the page to be hidden, where only `sendBeacon` is certain.
 */
export function enqueue(url: string, beacon: Beacon): void {
  if (standing.collecting_ !== false) {
    waiting.push({ json_: JSON.stringify({ id: beaconId(), url, ...beacon }), born_: Date.now() });
    waiting = waiting.slice(-Limit.WAITING);
    if (!/engagement|vital/.test(beacon.type)) flush();
  }
}

/** Collects nothing more and empties the memory. */
export function halt(): void {
  standing.collecting_ = false;
  waiting = [];
  underWay = [];
}

const address = (): string => ofSite('api/beacon');

const bodyOf = (items: Waiting[]): string => `[${items.map((item) => item.json_)}]`;

/** Sends what waits, one request at a time; what comes meanwhile fills the next batch. */
export function flush(): void {
  waiting = waiting.filter((item) => Date.now() - item.born_ < Limit.AGE_MS);
  if (!standing.collecting_ || pause || underWay[0] || !waiting[0]) return;
  underWay = waiting.splice(0, Limit.BATCH);
  // A string body is sent as text/plain, which needs no preflight on another origin.
  ask(address(), bodyOf(underWay))
    .then((answer) => {
      const { status, headers } = answer;
      if (/429|5../.test(status as any)) throw headers.get('Retry-After');
      underWay = [];
      failures = 0;
      const reason = /reason=(\w+)/.exec(headers.get('Lethe-Outcome')!);
      if (reason) standing.onDropped_(reason[1]!);
      else if (!answer.ok) warn(status);
      flush();
    })
    .catch(retry);
}

/**
 * Sends the same beacons with the same ids again: after `seconds` if the collector said so (anything that is no number
 * means it did not), else after 2, 4, 8 … seconds.
 */
function retry(seconds: any): void {
  waiting = underWay.concat(waiting);
  underWay = [];
  pause = setTimeout(
    () => {
      pause = 0;
      flush();
    },
    (seconds * 1000 || Limit.FIRST_WAIT_MS * 2 ** failures++) * (1 + Math.random() / 4),
  );
}

/**
 * The page may be going for good: hands everything to the browser. While the collector is failing the oldest batch is
 * handed over and stays in memory as well, because nobody learns what became of it; a repeated id counts once.
 */
export function flushOnHide(): void {
  while (
    standing.collecting_ &&
    waiting[0] &&
    navigator.sendBeacon(standing.base + address(), bodyOf(waiting.slice(0, Limit.BATCH))) &&
    !pause
  ) {
    waiting.splice(0, Limit.BATCH);
  }
}
