/** The width of the screen in CSS pixels as one of six classes: the number itself never leaves the browser. */
export const screenClass = (width: number): string =>
  'xs sm md lg xl xxl'.split(' ')[[480, 768, 1024, 1440, 1920].filter((bound) => width >= bound).length]!;
