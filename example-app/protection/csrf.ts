import { csrfSync } from 'csrf-sync'

const TOKEN_BYTES = 32

const { csrfSynchronisedProtection, generateToken } = csrfSync({
  size: TOKEN_BYTES,
  // Another site can send a form, but neither the field nor the header with the right token.
  getTokenFromRequest: req => req.get('x-csrf-token') ?? req.body?._csrf,
})

/** Refuses (403, `EBADCSRFTOKEN`) a form that was not made for this session. */
export const requireCsrfToken = csrfSynchronisedProtection
/** The token for the hidden field `_csrf` of a form; begins a session where there is none. */
export const csrfTokenOf = generateToken
