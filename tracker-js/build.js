// Builds the three scripts that browsers load. `npm run build` writes to dist/, which is committed; a test builds
// again into a temporary directory and compares every byte, so nothing that depends on the machine may get in.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Output file and the source it starts from. */
export const SCRIPTS = {
  'lethe.js': 'src/tracker.ts',
  'lethe-banner.js': 'src/banner.ts',
  'lethe-vitals.js': 'src/vitals.ts',
};

/** Bundles every script into `directory`. */
export async function buildInto(directory) {
  for (const [file, entry] of Object.entries(SCRIPTS)) {
    await build({
      absWorkingDir: here,
      entryPoints: [entry],
      outfile: `${directory}/${file}`,
      bundle: true,
      minify: true,
      format: 'iife',
      // Old enough that a browser which cannot run Lethe usually still parses it, and stays silent.
      target: 'es2020',
      charset: 'utf8',
      legalComments: 'inline',
      mangleProps: /_$/,
      // Without the type checker's options, of which esbuild would only take a superfluous "use strict".
      tsconfigRaw: {},
      logLevel: 'warning',
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildInto(`${here}dist`);
}
