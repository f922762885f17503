import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SCRIPTS, buildInto } from '../build.js';

const built = (file) => readFile(new URL(`../dist/${file}`, import.meta.url));

test('dist holds what the sources build, byte for byte', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lethe-tracker-'));
  try {
    await buildInto(directory);
    for (const file of Object.keys(SCRIPTS)) {
      assert.ok((await readFile(join(directory, file))).equals(await built(file)), `${file}: run "npm run build"`);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

for (const [file, limit] of [['lethe.js', 2560], ['lethe-banner.js', 3072]]) {
  test(`${file} takes at most ${limit} bytes with gzip`, async () => {
    const size = gzipSync(await built(file), { level: 9 }).length;
    assert.ok(size <= limit, `${size} bytes`);
  });
}

test('no script keeps anything on the device or evaluates text', async () => {
  for (const file of Object.keys(SCRIPTS)) {
    assert.doesNotMatch(`${await built(file)}`, /\.cookie|localStorage|sessionStorage|indexedDB|caches|\beval\b|innerHTML|new Function/);
  }
});
