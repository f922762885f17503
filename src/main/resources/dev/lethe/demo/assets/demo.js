// A button that has nothing to do in a demo says so. Lethe's own scripts see the click by themselves.
for (const button of document.querySelectorAll('[data-thanks]')) {
  button.addEventListener('click', () => {
    const status = button.closest('section, main, div').querySelector('.thanks');
    if (status) status.textContent = button.dataset.thanks;
  });
}
