/**
 * Colours that stay apart for eyes that see red, green or blue less, and that stand out of a white and of Grafana's dark ground:
 * `colours.test.ts` computes both. No meaning is carried by colour alone: lines have names, marks have words.
 */
export const LINES = ["#3274d9", "#ae8c04", "#b82e81", "#009e73", "#a35a29", "#a087c5", "#9806f9"] as const;

export const RATINGS = {"good": "#3274d9", "needs improvement": "#c77c02", "poor": "#d1335b"} as const;
