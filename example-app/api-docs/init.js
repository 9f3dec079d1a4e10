async function csrfToken() {
  const response = await fetch('/api/csrf')
  const { token } = await response.json()
  return token
}

const nothing = () => () => null

/** The cookie is the browser's, and the token is added below: there is nothing to fill in. */
const withoutKeys = () => ({ wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing } })

/** What keeps somebody with a screen reader from using it as it comes. */
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
  // Nothing is asked of any other site.
  validatorUrl: null,
  // Each operation shows its own.
  defaultModelsExpandDepth: -1,
  // Its colours are hard to read, and are set where a style sheet has no say.
  syntaxHighlight: { activated: false },
  plugins: [withoutKeys, accessible],
  async requestInterceptor(request) {
    // Asked for each time: signing in and out begins a session with another token.
    if (!request.loadSpec && request.method !== 'GET') request.headers['X-CSRF-Token'] = await csrfToken()
    return request
  },
})
