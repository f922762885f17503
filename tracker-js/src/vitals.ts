import { onCLS, onINP, onLCP, type Metric } from 'web-vitals';

/** One sample of each measure a page: the first that the library holds to be final. */
const told = new Set<string>();

function tell({ name, value }: Metric): void {
  if (told.has(name)) return;
  told.add(name);
  const lethe = (window.lethe =
    window.lethe ||
    (function () {
      (window.lethe!.q = window.lethe!.q || []).push(arguments);
    } as NonNullable<Window['lethe']>));
  // The layout shift is a ratio, the others are milliseconds.
  lethe('vital', name, name === 'CLS' ? Math.round(value * 10_000) / 10_000 : Math.round(value));
}

onCLS(tell);
onINP(tell);
onLCP(tell);
