/** All texts in English. They decide which texts the other languages have. */
export const en = {
  /** Messages of a page about an action. `value` is a name or a domain. */
  messages: {
    'session-over': 'Your session has ended. Please sign in again.',
    'session-ended': 'The session has been ended.',
    'session-ended-before': 'This session had ended already.',
    'signed-out-everywhere': 'You are signed out everywhere.',
    'password-changed': 'Your password has been changed. You are signed out everywhere else.',
    'account-removed': (account: string) => `The account ${account} has been deleted.`,
    'account-ready': (account: string) => `Your account ${account} is ready, and you are signed in.`,
    'account-ready.sign-in': (account: string) => `Your account ${account} is ready. Sign in with it.`,
    'password-too-short': (length: string) => `The password must have at least ${length} characters.`,
    'password-is-name': 'The password must differ from the user name.',
    'passwords-differ': 'The two passwords are not the same. Please enter both again.',
    'sign-in.missing-credentials': 'Please enter a user name and a password.',
    'sign-in.refused': 'Unknown user name or wrong password.',
    'missing-credentials': 'Please fill in all required fields.',
    'weak-password':
      'The server does not accept this password. It may be too easy to guess, or too long: please choose another one.',
    'server-policy': 'The server accepts no more attempts for a while. Please try again later.',
    'not-accepted': 'The server did not accept this.',
    'sign-up.malformed-credentials':
      'This user name or password cannot be used. Please try another name: this one may be reserved, have belonged to an account before, or end in the domain of another server. Neither may be very long.',
    'sign-up.username-taken': 'This user name is taken. Please choose another one.',
    'sign-up.captcha-wrong':
      'Your answer to the picture or question is wrong. Please try the new one. If your answers were right, try another user name: the server may refuse this one.',
    'sign-up.captcha-expired': 'The form has expired. The new one is valid for two minutes.',
    'sign-up.registration-closed': 'The server accepts no new accounts at the moment.',
    'sign-up.rate-limited': 'Too many accounts were requested from your address. Please try again later.',
    'account.malformed-credentials': 'This password cannot be used: it is too long, or it contains invalid characters.',
    'account.wrong-password': 'That is not your password.',
    'account.registration-closed': 'The server does not allow this here. Please contact its administrator.',
    'account.rate-limited': 'The server received too many requests. Please try again later.',
  },
} as const
