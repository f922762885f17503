/**
 * The whole look. Both choices share every property; everything is sized in em, so that zoom and large text keep the
 * proportions; on a small screen the text scrolls and the choices stay. On a large one they share the links' line.
 */
export const STYLE = `
:host {
  all: initial; position: fixed; inset: auto 0 0; z-index: 2147483647; pointer-events: none; color-scheme: light dark;
  font: 16px/1.5 system-ui, sans-serif; --ink: #1c2430; --paper: #fff; --line: #ccd3dc; --ring: #0b62d6;
}
@media (prefers-color-scheme: dark) {
  :host { --ink: #e9edf2; --paper: #181d24; --line: #434d5a; --ring: #8ab8ff }
}
[hidden] { display: none !important }
section, button { pointer-events: auto; color: var(--ink); background: var(--paper); border: 1px solid var(--line) }
section {
  box-sizing: border-box; display: flex; flex-direction: column; max-width: 62em; max-height: calc(100vh - 5em); max-height: calc(100dvh - 5em);
  margin: 0 auto 1em; width: calc(100% - 2em); padding: 1.25em 1.5em; border-radius: .75em;
  box-shadow: 0 .5em 2em #0003; outline-offset: 2px;
}
.text { overflow: auto; min-height: 4em; padding: 2px }
.items { columns: 2 24em; column-gap: 2.5em; font-size: .9375em }
p { margin: 0 0 .5em; break-inside: avoid }
b { display: block; margin: 0 0 .4em; font-size: 1.125em }
.links, .choice { display: flex; flex-wrap: wrap; gap: 0 1.5em }
.choice { gap: .75em; padding-top: .75em }
a { color: inherit; font-size: .9375em; line-height: 44px; text-underline-offset: .2em }
button { font: inherit; min-height: 44px; padding: .5em 1em; border-radius: .5em; cursor: pointer }
.choice button {
  flex: 1 1 7em; font-weight: 600; color: var(--paper); background: var(--ink); border: 2px solid var(--ink)
}
.choice button:hover { text-decoration: underline; text-underline-offset: .2em }
[aria-pressed=true]::before { content: "\\2713\\a0" }
.quiet { font-size: .8125em; margin: .75em; padding: .5em 1.25em; border-radius: 2em }
[aria-expanded=true] { margin-left: max(.75em, calc(50% - 38em)) }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px }
@media (min-width: 48em) { .choice { justify-content: flex-end } .choice button { flex: 0 0 12em } }
@media (min-width: 62em) and (min-height: 36em) { .choice { align-self: flex-end; margin-top: -44px; padding: 0 } .links { margin-top: .5em } }
@media (max-width: 30em) { section { width: calc(100% - 1em); margin-bottom: .5em; padding: 1em } .items, a { font-size: .875em } b { font-size: 1em } }
@media (prefers-reduced-motion: no-preference) {
  section { animation: rise .25s ease-out } @keyframes rise { from { transform: translateY(1em) } }
}
@media print { :host { display: none } }
`;
