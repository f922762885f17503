// Stacked bars, one a minute, drawn as SVG without a style attribute: classes carry the colours.
export const OUTCOMES = ['stored', 'dropped', 'rejected', 'limited', 'unavailable'];
const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 190;
const LEFT = 36;
const BOTTOM = 24;
const TOP = 8;
const MINUTES = 60;

function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The next of 4, 10, 20, 40, 100 … that holds the highest bar, so that the scale rarely moves. */
export function ceiling(highest) {
  for (let power = 1; ; power *= 10) {
    for (const step of [4, 10, 20]) if (highest <= step * power) return step * power;
  }
}

/** Drawn as wide as its place, so that the words keep their size; `minutes`: sixty of {label, counts: {outcome: number}}, oldest first. */
export function drawChart(place, minutes, texts) {
  const width = Math.max(place.clientWidth, 240);
  const total = (minute) => OUTCOMES.reduce((sum, outcome) => sum + minute.counts[outcome], 0);
  const top = ceiling(Math.max(0, ...minutes.map(total)));
  const scale = (HEIGHT - TOP - BOTTOM) / top;
  const step = (width - LEFT) / MINUTES;
  const floor = HEIGHT - BOTTOM;
  const gap = step > 8 ? 2 : 1;
  // The table below says the same in words and numbers, so the drawing is only a picture to a screen reader.
  const svg = node('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true', focusable: 'false' });
  for (const part of [0, 0.5, 1]) {
    const y = floor - top * part * scale;
    svg.append(node('line', { x1: LEFT, x2: width, y1: y, y2: y, class: part ? 'guide' : 'floor' }));
    svg.append(node('text', { x: LEFT - 8, y: y + 4, class: 'tick end' }, (top * part).toLocaleString(texts.lang)));
  }
  minutes.forEach((minute, index) => {
    const bar = node('g', {});
    bar.append(node('title', {}, minute.label));
    const x = LEFT + index * step;
    bar.append(node('rect', { x, y: TOP, width: step, height: floor - TOP, class: 'hit' }));
    let y = floor;
    for (const outcome of OUTCOMES) {
      const height = minute.counts[outcome] * scale;
      if (height === 0) continue;
      y -= height;
      bar.append(node('rect', { x: x + gap / 2, y, width: step - gap, height, class: `fill ${outcome}` }));
    }
    svg.append(bar);
  });
  for (const ago of width > 480 ? [60, 45, 30, 15] : [60]) {
    const x = LEFT + (MINUTES - ago) * step;
    svg.append(node('text', { x, y: HEIGHT - 6, class: 'tick' }, texts.minutes_ago.replace('{n}', ago)));
  }
  svg.append(node('text', { x: width, y: HEIGHT - 6, class: 'tick end' }, texts.now));
  place.replaceChildren(svg);
}
