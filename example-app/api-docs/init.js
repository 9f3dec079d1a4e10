// The site may have the app under a path: this file is in `docs/` below it.
const base = new URL('..', document.currentScript.src)

async function csrfToken() {
  const response = await fetch(new URL('api/csrf', base))
  const { token } = await response.json()
  return token
}

const nothing = () => () => null

/** Removes the Authorize buttons: the browser sends the cookie, and the code below adds the token. */
const withoutKeys = () => ({ wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing } })

/** Removes the list of servers, which has one entry. */
const withoutServers = () => ({ wrapComponents: { ServersContainer: nothing } })

/** Adds the labels and the landmark that a screen reader needs. */
const accessible = ({ React: { createElement } }) => ({
  wrapComponents: {
    TextArea: TextArea => props => createElement(TextArea, { 'aria-label': 'Request body', ...props }),
    InfoContainer: InfoContainer => props =>
      createElement('section', { 'aria-label': 'About the API' }, createElement(InfoContainer, props)),
  },
})

/** Returns the address of the picture in an answer of `POST /api/register/form`, if it has one. */
function captchaIn(content) {
  try {
    const { type, data } = JSON.parse(content).captcha
    return /^image\/(png|jpeg|gif)$/.test(type) && /^[A-Za-z0-9+/]+=*$/.test(data) ? `data:${type};base64,${data}` : ''
  } catch {
    return ''
  }
}

/** Shows the captcha above the answer that contains it. */
const visibleCaptcha = ({ React: { createElement, Fragment } }) => ({
  wrapComponents: {
    responseBody: ResponseBody => props => {
      const src = captchaIn(props.content)
      const picture =
        src && createElement('img', { src, className: 'captcha', alt: 'Captcha: type its characters as ocr' })
      return createElement(Fragment, null, picture, createElement(ResponseBody, props))
    },
  },
})

const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()

globalThis.SwaggerUIBundle({
  url: new URL('openapi.yaml', base).href,
  dom_id: '#swagger-ui',
  // Sends no requests to other sites.
  validatorUrl: null,
  // Each operation shows its own models.
  defaultModelsExpandDepth: -1,
  // Its colours have too little contrast, and a style sheet cannot override them.
  syntaxHighlight: { activated: false },
  plugins: [withoutKeys, withoutServers, accessible, visibleCaptcha],
  async requestInterceptor(request) {
    // A new token for each request: signing in and out begins a session with another token.
    if (!request.loadSpec && request.method !== 'GET') request.headers['X-CSRF-Token'] = await csrfToken()
    return request
  },
})
