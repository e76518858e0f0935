/* global SwaggerUIBundle */

const dark = matchMedia('(prefers-color-scheme: dark)');
const colour = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', colour);
colour();

SwaggerUIBundle({
  domNode: document.querySelector('#api'),
  // Relative, so that the page also works behind a proxy that serves the API under a path of its own.
  url: 'openapi.json',
  // Otherwise the document would be sent to a validator on the Internet.
  validatorUrl: null,
  deepLinking: true,
  persistAuthorization: false,
});
