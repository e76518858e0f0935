// Nothing on the pages requires this script.

/** Characters of a shortened id. */
const SHORT_ID = 8;

// Offers the time zone of the browser.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const input = document.querySelector('#zone');
const offer = document.querySelector('.offer');
if (input && offer && timeZone && timeZone !== input.value) {
  const url = new URL(location.href);
  url.searchParams.set('timeZone', timeZone);
  offer.href = url.href;
  offer.querySelector('span').textContent = timeZone;
  offer.hidden = false;
}

// Shortens ids beside a button that copies them. Browsers allow that on https and localhost only.
for (const id of navigator.clipboard ? document.querySelectorAll('[data-copy]') : []) {
  const text = id.dataset.copy;
  id.textContent = `${text.slice(0, SHORT_ID)}…`;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy the id ${text}`);
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  const show = (message) => (status.textContent = message);
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(text).then(
      () => show('Copied'),
      () => show('Not copied'),
    );
  });
  id.after(' ', button, ' ', status);
}

// A calendar that does not fit begins with the current week.
for (const region of document.querySelectorAll('.scroll.end')) region.scrollLeft = region.scrollWidth;
