const on = (id, act) => document.getElementById(id).addEventListener('click', act);
on('two', () => history.pushState(null, '', '/app/two?secret=1'));
on('same', () => history.replaceState({ scroll: 0 }, ''));
on('fragment', () => history.pushState(null, '', '#part'));
on('fail', () => { throw new Error('someone@example.com'); });
