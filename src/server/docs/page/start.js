/* global SwaggerUIBundle */

const dark = matchMedia('(prefers-color-scheme: dark)');
const applyColourScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', applyColourScheme);
applyColourScheme();

SwaggerUIBundle({
  domNode: document.querySelector('#api'),
  // A relative URL also works behind a proxy that adds a path prefix.
  url: 'openapi.json',
  // By default, Swagger UI sends the document to a validator on the Internet.
  validatorUrl: null,
  deepLinking: true,
  persistAuthorization: false,
});
