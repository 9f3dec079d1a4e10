const minutes = (count: number) => (count === 1 ? '1 minute' : `${count} minutes`)

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
    'confirm.missing-jid': 'Please enter your XMPP address.',
    'confirm.malformed-jid': 'This is not an XMPP address. It looks like alice@example.com.',
    'confirm.domain-not-allowed': 'Accounts of this server cannot sign in here.',
    'confirm.denied': 'Your XMPP app refused, or sent another number. You are not signed in.',
    'confirm.expired': 'The request to your XMPP app is over. Please try again.',
    'confirm.cancelled': 'The request to your XMPP app was cancelled.',
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
    'sign-up.captcha-expired': 'The form has expired. Please fill in the new one.',
    'sign-up.registration-closed': 'The server accepts no new accounts at the moment.',
    'sign-up.rate-limited': 'Too many accounts were requested from your address. Please try again later.',
    'account.malformed-credentials': 'This password cannot be used: it is too long, or it contains invalid characters.',
    'account.wrong-password': 'That is not your password.',
    'account.registration-closed': 'The server does not allow this here. Please contact its administrator.',
    'account.has-role':
      'Your account has special rights here, so it cannot be deleted. Ask the person who gave you these rights to take them away first.',
    'account.rate-limited': 'The server received too many requests. Please try again later.',
  },

  common: {
    errorTitle: (title: string) => `Error: ${title}`,
    home: 'Back to the start page',
    help: 'Help',
    password: 'Password',
    yourPassword: 'Your password',
    newPassword: 'New password',
    newPasswordRule:
      'At least eight characters, such as three or four words. The server refuses passwords that are easy to guess.',
    userName: 'User name',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    show: 'Show',
    hide: 'Hide',
    busy: 'One moment …',
    utc: (time: string) => `${time} UTC`,
  },

  menu: {
    label: (account: string) => `Menu of ${account}`,
    account: 'Your account',
    signOut: 'Sign out',
    signOutEverywhere: 'Sign out everywhere',
  },

  home: {
    title: 'Home',
    hello: 'hello world',
    helloName: (name: string) => `hello ${name}`,
    signedOut: 'You are not signed in.',
    signedIn: 'You are signed in.',
    account: 'Your account',
    since: 'Signed in since',
  },

  /** The page that only a role opens. */
  admin: {
    title: 'Administration',
    lead: 'Only members of the room of the admins see this page.',
    roles: 'Your roles',
    sessions: 'Sessions here',
    howLong: 'Whoever is removed from the room loses this page within a minute.',
  },

  signIn: {
    title: 'Sign in',
    lead: (domain: string) => `With your account at ${domain}.`,
    stay: 'Stay signed in',
    button: 'Sign in',
    forgotten: 'Forgot your password?',
    whomToAsk: (domain: string) =>
      `It cannot be reset here. The administrator of ${domain} can give you a new one: please ask there.`,
    noAccount: 'No account yet?',
  },

  /** Signing in with an XMPP app. `bot` and `account` are addresses. */
  confirm: {
    heading: 'Without a password',
    address: 'XMPP address',
    addressHint: 'We send a message to your XMPP app. To write to us first, leave this empty.',
    button: 'Sign in with your XMPP app',
    bot: 'The message comes from',
    title: 'Answer in your XMPP app',
    waitTitle: (number: string) => `${number}: answer in your XMPP app`,
    answer: (bot: string, account: string) => `${bot} writes to ${account}. Answer with this number:`,
    writeFirst: (bot: string) => `Write the code below to ${bot}, and answer with this number:`,
    writeOnly: (bot: string) => `Write the code below to ${bot}.`,
    number: 'Your number:',
    never: 'Answer only if you see the number on this page yourself. Never send it to a person.',
    noMessage: 'No message?',
    codeTitle: 'Your code',
    sendCode: (bot: string) => `Send this code from your XMPP app to ${bot}:`,
    qr: 'QR code: opens your XMPP app with the code',
    openApp: 'Open the XMPP app',
    validUntil: 'Valid until',
    look: 'I have answered',
    again: 'Send again',
    newCode: 'New code',
    cancel: 'Cancel',
    usePassword: 'Use the password instead',
    continueTitle: 'Is this you?',
    continueLead: (account: string) => `The code came from ${account}.`,
    continueAs: (account: string) => `Continue as ${account}`,
    notMe: 'This is not me',
  },

  /** The page of the demo that plays a phone. */
  phone: {
    title: 'Phone of a demo user',
    demo: 'Demo: this page is on your computer alone.',
    open: 'This is a demo. Answer on the',
    lead: 'It plays the XMPP app of a user. Messages to the user come here.',
    users: 'Users',
    you: 'You:',
    bot: 'Message:',
    empty: 'There is no message yet.',
    answer: 'Answer',
    send: 'Send',
    no: 'Answer no',
    reload: 'Look for messages',
  },

  signUp: {
    title: 'Sign up',
    lead: (domain: string) => `Create an account at ${domain}.`,
    email: 'E-mail address',
    answer: 'Characters in the picture',
    answerHint: 'The picture is valid for two minutes. If you cannot see it, ask the administrator for an account.',
    picture: 'Captcha: characters on a noisy background, to be typed into the next field',
    button: 'Create account',
    newPictureHint: 'Cannot read the picture? A new one keeps your user name. Enter the password again.',
    newPicture: 'New picture',
    haveAccount: 'Already have an account?',
  },

  account: {
    title: 'Your account',
    changePassword: 'Change password',
    changePasswordText: 'You will be signed out everywhere else.',
    sessions: 'Where you are signed in',
    thisSession: 'This browser',
    unknownBrowser: 'Unknown browser',
    sessionSince: 'Signed in:',
    sessionSeen: 'Last used:',
    endSession: 'End',
    endSessionOf: (browser: string) => `End the session in ${browser}`,
    signOutEverywhere: 'Sign out everywhere',
    signOutEverywhereText: 'Ends all your sessions here, including this one.',
    delete: 'Delete account',
    deleteText: 'For good. You see what happens before anything is deleted.',
  },

  delete: {
    title: 'Delete account',
    lead: (account: string) => `This deletes ${account} at the server, and not only here.`,
    points: [
      'It cannot be undone.',
      'Your contacts, and the messages that the server keeps for you, are lost.',
      'You are signed out everywhere, in chat programs as well.',
      'Another person can get your user name afterwards.',
    ],
    next: 'Continue',
    cancel: 'Keep the account',
    confirmTitle: 'Delete account: confirm',
    confirmLead: (account: string) => `Enter your password to delete ${account} for good.`,
    button: 'Delete account for good',
  },

  errors: {
    later: {
      title: 'This is not possible at the moment',
      text: 'A required server cannot be reached. Please try again in a few minutes.',
    },
    ourFault: { title: 'Something went wrong', text: 'This is not your fault. Please try again later.' },
    badRequest: {
      title: 'This request cannot be answered',
      text: 'Please go back to the start page and try again.',
    },
    formInvalid: {
      title: 'This form is no longer valid',
      text: 'It was open for too long, or your browser does not accept cookies. Please reload the form and try again.',
    },
    noAccess: {
      title: 'You may not open this page',
      text: 'Your account has no access here. If it was given access just now, try again in a few seconds.',
    },
    notFound: { title: 'Page not found', text: 'There is nothing at this address.' },
    tooLarge: { title: 'Too much text', text: 'Your input is too long.' },
    tooManyAttempts: {
      title: 'Too many attempts',
      text: 'There were too many attempts from your address.',
    },
    outcomeUnknown: {
      title: 'It is unknown if this took effect',
      text: 'Your form was received, but its outcome is not known. Please check before you send it again.',
    },
    wait: (count: number) => `Please wait ${minutes(count)} and try again.`,
    reference: 'If it keeps happening, tell us this number:',
    reload: 'Reload the form',
    tryAgain: 'Try again',
  },

  docs: {
    title: 'API',
    needsScript: 'This page needs JavaScript. It shows',
  },
} as const
