// Builds the three scripts that browsers load. `npm run build` writes to dist/, which is committed; a test builds
// again into a temporary directory and compares every byte, so nothing that depends on the machine may get in.
import { build, transform } from 'esbuild';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { minify } from 'terser';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A browser of 2020 or later; an older one stops at the first line, before anything has happened. */
const TARGET = 'es2020';

/** Output file and the source it starts from. */
export const SCRIPTS = {
  'lethe.js': 'src/tracker.ts',
  'lethe-banner.js': 'src/banner.ts',
  'lethe-vitals.js': 'src/vitals.ts',
};

/** Bundles every script into `directory`. */
export async function buildInto(directory) {
  await mkdir(directory, { recursive: true });
  for (const [file, entry] of Object.entries(SCRIPTS)) {
    const bundle = await build({
      absWorkingDir: here,
      entryPoints: [entry],
      write: false,
      bundle: true,
      minify: true,
      format: 'iife',
      target: TARGET,
      charset: 'utf8',
      legalComments: 'inline',
      mangleProps: /_$/,
      // Without the type checker's options, of which esbuild would only take a superfluous "use strict".
      tsconfigRaw: {},
      logLevel: 'warning',
      plugins: [denseStyle],
    });
    // Terser inlines across what were modules; it is what keeps the tracker below its limit with readable sources.
    const { code } = await minify(bundle.outputFiles[0].text, {
      ecma: 2020,
      toplevel: true,
      compress: { passes: 3, unsafe_arrows: true },
      format: { ascii_only: true },
    });
    await writeFile(`${directory}/${file}`, `${code}\n`);
  }
}

/** Takes the air out of the style sheet that is kept as a template string. */
const denseStyle = {
  name: 'dense-style',
  setup(bundler) {
    bundler.onLoad({ filter: /bannerStyle\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const css = source.slice(source.indexOf('`') + 1, source.lastIndexOf('`')).replaceAll('\\\\', '\\');
      const dense = await transform(css, { loader: 'css', minify: true, target: ['chrome90', 'firefox90', 'safari15'] });
      return { contents: `export const STYLE = ${JSON.stringify(dense.code.trim())};`, loader: 'js' };
    });
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildInto(`${here}dist`);
}
