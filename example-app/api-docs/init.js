async function csrfToken() {
  const response = await fetch('/api/csrf')
  const { token } = await response.json()
  return token
}

const nothing = () => () => null

/** Removes the Authorize buttons: the browser sends the cookie, and the code below adds the token. */
const withoutKeys = () => ({ wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing } })

/** Adds the labels and the landmark that a screen reader needs. */
const accessible = ({ React: { createElement } }) => ({
  wrapComponents: {
    TextArea: TextArea => props => createElement(TextArea, { 'aria-label': 'Request body', ...props }),
    InfoContainer: InfoContainer => props =>
      createElement('header', { role: 'banner' }, createElement(InfoContainer, props)),
  },
})

const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()

globalThis.SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#swagger-ui',
  // Sends no requests to other sites.
  validatorUrl: null,
  // Each operation shows its own models.
  defaultModelsExpandDepth: -1,
  // Its colours have too little contrast, and a style sheet cannot override them.
  syntaxHighlight: { activated: false },
  plugins: [withoutKeys, accessible],
  async requestInterceptor(request) {
    // A new token for each request: signing in and out begins a session with another token.
    if (!request.loadSpec && request.method !== 'GET') request.headers['X-CSRF-Token'] = await csrfToken()
    return request
  },
})
