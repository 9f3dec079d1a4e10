async function csrfToken() {
  const response = await fetch('/api/csrf')
  const { token } = await response.json()
  return token
}

globalThis.SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#swagger-ui',
  // Nothing is asked of any other site.
  validatorUrl: null,
  async requestInterceptor(request) {
    // Asked for each time: signing in and out begins a session with another token.
    if (!request.loadSpec && request.method !== 'GET') request.headers['X-CSRF-Token'] = await csrfToken()
    return request
  },
})
