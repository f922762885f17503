import { STYLE } from './bannerStyle.js';
import type { Language, Texts } from './bannerTexts.js';
import type { Choice, Told } from './types.js';

type Decision = Exclude<Choice, 'unset'>;

export interface View {
  /** Shows or hides the banner and, beside it or instead, the quiet button; `choice` is marked as the current one. */
  show(open: boolean, choice: Choice, withQuiet: boolean): void;
  isOpen(): boolean;
  /** Moves the focus to the banner; only ever after the person asked for it. */
  focus(): void;
  remove(): void;
}

/** Builds the banner, hidden, at the start of the page, where keyboard and screen reader come first. */
export function build(
  texts: Texts,
  lang: Language,
  { base, site }: Told,
  decide: (choice: Decision) => void,
  toggle: () => void,
): View {
  const host = document.createElement('div');
  host.lang = lang;
  host.dataset.letheBanner = '';
  const root = host.attachShadow({ mode: 'open' });
  style(root);

  const button = (kind: string, label: string, act: () => void): HTMLElement => {
    const made = element(kind, label);
    made.setAttribute('type', 'button');
    made.onclick = act;
    return made;
  };
  const link = (label: string, path: string): HTMLElement => {
    const made = element('a', label);
    made.setAttribute('href', `${base}${path}?site=${encodeURIComponent(site)}&lang=${lang}`);
    return made;
  };

  const quiet = button('button.quiet', texts.change, toggle);
  const refuse = button('button', texts.refuse, () => decide('refused'));
  const accept = button('button', texts.accept, () => decide('granted'));
  const items = [texts.controller, texts.purpose, texts.how, texts.consequences, texts.withdrawal];
  const banner = element(
    'section',
    element(
      'div.text',
      element('b', texts.title),
      element('div.items', ...items.map((item) => element('p', item))),
      element('div.links', link(texts.more, 'privacy/notice'), link(texts.change, 'privacy')),
    ),
    element('div.choice', refuse, accept),
  );
  banner.setAttribute('role', 'region');
  banner.setAttribute('aria-label', texts.title);
  banner.tabIndex = -1;
  root.append(quiet, banner);

  return {
    show(open, choice, withQuiet) {
      if (!host.isConnected) document.body.prepend(host);
      const focused = !banner.hidden && banner.contains(root.activeElement);
      banner.hidden = !open;
      quiet.hidden = !withQuiet;
      quiet.setAttribute('aria-expanded', `${open}`);
      refuse.setAttribute('aria-pressed', `${choice === 'refused'}`);
      accept.setAttribute('aria-pressed', `${choice === 'granted'}`);
      if (focused && !open) quiet.focus();
    },
    isOpen: () => !banner.hidden && host.isConnected,
    focus: () => banner.focus(),
    remove: () => host.remove(),
  };
}

/** `element('div.text', …)`: a name, perhaps one class, and what is inside. */
function element(kind: string, ...content: (string | Node)[]): HTMLElement {
  const [name, className] = kind.split('.');
  const made = document.createElement(name!);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** A constructed style sheet passes the strictest content policy; browsers without it get a plain one. */
function style(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(element('style', STYLE));
  }
}
