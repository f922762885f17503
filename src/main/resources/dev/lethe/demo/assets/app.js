// The single-page section: three views of one document, moved between with the History API as an application would.
const app = document.querySelector('[data-app]');
const root = app.dataset.app;
const views = [...app.querySelectorAll('[data-view]')];
const names = { quai: 'Le Quai', crue: 'La Crue', aube: 'L’Aube' };
const frames = { quai: ['S', 'M', 'L'], aube: ['49', '52', '55', '58', '61'] };

function current() {
  const view = location.pathname.slice(root.length);
  return views.some((one) => one.dataset.view === view) ? view : '';
}

function show(focus) {
  for (const view of views) {
    view.hidden = view.dataset.view !== current();
    if (!view.hidden && focus) view.querySelector('h2').focus();
  }
  if (current() === 'fit') suggest();
}

function go(view) {
  history.pushState(null, '', root + view);
  show(true);
}

function suggest() {
  const bicycle = app.querySelector('[name=bicycle]:checked').value;
  const height = Number(app.querySelector('[name=height]').value);
  const sizes = frames[bicycle];
  const step = Math.floor(((height - 140) / 71) * (sizes?.length ?? 1));
  app.querySelector('[data-name]').textContent = names[bicycle];
  app.querySelector('[data-size]').textContent = sizes ? sizes[Math.min(Math.max(step, 0), sizes.length - 1)] : '1';
  app.querySelector('[data-link]').href = `${root}../bicycles/${bicycle}/`;
}

for (const form of app.querySelectorAll('form')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    go(form.dataset.view === '' ? 'riding' : 'fit');
  });
}
app.querySelector('[data-back]').addEventListener('click', () => history.back());
app.querySelector('[data-again]').addEventListener('click', (event) => {
  event.preventDefault();
  go('');
});
addEventListener('popstate', () => show(true));
app.hidden = false;
show(false);
