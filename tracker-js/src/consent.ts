import { ask, ofSite } from './ask.js';
import { warn } from './guard.js';
import { ownHash } from './place.js';
import { flush, halt } from './queue.js';
import { standing, tell } from './standing.js';
import type { Answer, Choice, ConsentOptions } from './types.js';

/** Asks the collector what was decided; the only thing sent before a grant. */
export async function lookUp(): Promise<void> {
  try {
    settle(await (await ask(ofSite('api/consent'))).json(), standing.collecting_ !== false);
  } catch (problem) {
    warn(problem);
    halt();
    tell();
  }
}

/** Takes an answer over; `may` tells whether a grant makes this page collect. */
function settle(answer: Answer, may: boolean): void {
  const { collecting_: before } = Object.assign(standing, answer);
  if (may && answer.choice === 'granted') {
    standing.collecting_ = true;
    if (before === false) standing.onGrant_();
    else flush();
  } else {
    halt();
  }
  tell();
}

/** Reports what the person decided; repeating what is already known sends nothing. */
export async function report(
  choice: Choice,
  { at, notice, tool, erase, method, script }: ConsentOptions = {},
): Promise<void> {
  if (choice === standing.choice && !method && !(at && choice === 'granted')) return;
  if (choice === 'refused') halt();
  const body = {
    site: standing.site,
    choice,
    notice: notice || standing.notice,
    method: method || (tool ? 'cmp' : 'api'),
    at: at && new Date(at).toISOString(),
    script: script || ownHash,
    erase,
  };
  const answer = await ask('api/consent', new Blob([JSON.stringify(body)], { type: 'application/json' })).catch(warn);
  // Another notice has come, an objection stands, the collector is away: the look-up says what holds.
  if (!answer?.ok) return lookUp();
  settle(await answer.json(), true);
}

/** Objects: a plain form post as the privacy page sends it, whose answer scripts cannot read. */
export async function optOut(): Promise<void> {
  halt();
  await ask('privacy/opt-out', new URLSearchParams({ site: standing.site }), 'no-cors');
  standing.choice = 'refused';
  tell();
}
