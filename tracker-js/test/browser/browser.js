import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const INSTALLED = ['/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** `LETHE_CHROMIUM`, else an installed one, else the one an npm package carries (never with that package's arguments). */
async function executable() {
  const found = [process.env.LETHE_CHROMIUM, ...INSTALLED].find((path) => path && existsSync(path));
  return found || (await import('@sparticuz/chromium')).default.executablePath();
}

/** A browser as a person has it: the driver would switch the memory for "back" off. */
export const launch = async () =>
  chromium.launch({
    executablePath: await executable(),
    args: ['--headless', '--no-sandbox'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
