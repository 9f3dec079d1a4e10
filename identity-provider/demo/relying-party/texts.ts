const en = {
  title: 'Demo app',
  lead: 'This app has no accounts, and it never sees a password. It asks the provider who you are:',
  signIn: 'Sign in',
  hello: (name: string) => `Hello, ${name}`,
  saidBy: 'This is all that the provider has told this app:',
  claim: 'Claim',
  idToken: 'ID token',
  userInfo: 'Userinfo',
  absent: 'not there',
  utc: (time: string) => `${time} UTC`,
  tryMore: 'Try more',
  askAgain: 'Sign in again',
  askAgainHint: 'The provider asks once more, although it knows you (prompt=login).',
  askSilently: 'Sign in without a page',
  askSilentlyHint: 'The provider answers from what it knows, or refuses (prompt=none).',
  signOut: 'Sign out',
  signOutHint: 'Here and at the provider, and with that everywhere.',
  notices: {
    signedOut: 'You are signed out, here and at the provider.',
    access_denied: 'You did not agree, so this app knows nothing about you.',
    login_required: 'The provider would have to ask you: you are not signed in there.',
    consent_required: 'The provider would have to ask you: you have not agreed yet.',
    other: 'The provider has refused. The terminal has the reason.',
    again: 'This sign-in is over, or began in another browser: begin again.',
    failed: 'The sign-in failed, because the provider does not answer as expected. The terminal has the reason.',
  },
  meanings: {
    sub: 'the account: the one claim to recognize a person by',
    xmpp: 'address of the account (scope xmpp)',
    preferred_username: 'the part of the address before the @',
    name: 'from the vCard, chosen freely',
    nickname: 'from the vCard, chosen freely',
    picture: 'from the vCard',
    groups: 'rooms of the XMPP server that the account belongs to (scope groups)',
    email: 'from the vCard, chosen freely',
    email_verified: 'false: nothing has verified the address',
    amr: 'the way of signing in: pwd for a password, xmpp for the XMPP app',
    auth_time: 'time of the sign-in at the provider',
    iss: 'the provider',
    aud: 'the app that the token is for',
    iat: 'time at which the token was made',
    exp: 'end of its validity',
    sid: 'session at the provider, which a sign-out names',
    nonce: 'the answer belongs to this request',
    at_hash: 'the access token belongs to this ID token',
  },
}

/** All texts of one language. */
export type PartyTexts = typeof en

const de: PartyTexts = {
  title: 'Demo-App',
  lead: 'Diese App hat keine Konten und sieht nie ein Passwort. Sie fragt den Anbieter, wer Sie sind:',
  signIn: 'Anmelden',
  hello: name => `Hallo, ${name}`,
  saidBy: 'Das ist alles, was der Anbieter dieser App mitgeteilt hat:',
  claim: 'Angabe',
  idToken: 'ID-Token',
  userInfo: 'Userinfo',
  absent: 'fehlt',
  utc: time => `${time} UTC`,
  tryMore: 'Mehr ausprobieren',
  askAgain: 'Noch einmal anmelden',
  askAgainHint: 'Der Anbieter fragt noch einmal, obwohl er Sie kennt (prompt=login).',
  askSilently: 'Ohne Seite anmelden',
  askSilentlyHint: 'Der Anbieter antwortet mit dem, was er weiß, oder lehnt ab (prompt=none).',
  signOut: 'Abmelden',
  signOutHint: 'Hier und beim Anbieter, und damit überall.',
  notices: {
    signedOut: 'Sie sind abgemeldet, hier und beim Anbieter.',
    access_denied: 'Sie haben nicht zugestimmt, deshalb weiß diese App nichts über Sie.',
    login_required: 'Der Anbieter müsste Sie fragen: Sie sind dort nicht angemeldet.',
    consent_required: 'Der Anbieter müsste Sie fragen: Sie haben noch nicht zugestimmt.',
    other: 'Der Anbieter hat abgelehnt. Der Grund steht im Terminal.',
    again: 'Diese Anmeldung ist vorbei oder hat in einem anderen Browser begonnen: Beginnen Sie noch einmal.',
    failed:
      'Die Anmeldung ist gescheitert, weil der Anbieter nicht wie erwartet antwortet. Der Grund steht im Terminal.',
  },
  meanings: {
    sub: 'das Konto: nur daran darf eine App eine Person erkennen',
    xmpp: 'Adresse des Kontos (Scope xmpp)',
    preferred_username: 'der Teil der Adresse vor dem @',
    name: 'aus der vCard, frei gewählt',
    nickname: 'aus der vCard, frei gewählt',
    picture: 'aus der vCard',
    groups: 'Räume des XMPP-Servers, zu denen das Konto gehört (Scope groups)',
    email: 'aus der vCard, frei gewählt',
    email_verified: 'false: Die Adresse ist ungeprüft',
    amr: 'die Art der Anmeldung: pwd für ein Passwort, xmpp für die XMPP-App',
    auth_time: 'Zeit der Anmeldung beim Anbieter',
    iss: 'der Anbieter',
    aud: 'die App, für die das Token ist',
    iat: 'Zeit, zu der das Token entstand',
    exp: 'Ende seiner Gültigkeit',
    sid: 'Sitzung beim Anbieter, die eine Abmeldung nennt',
    nonce: 'Die Antwort gehört zu dieser Anfrage',
    at_hash: 'Das Zugriffstoken gehört zu diesem ID-Token',
  },
}

/** The languages by their tag (BCP 47). The first one is for visitors that read none of them. */
export const LANGUAGES = { en, de } as const
export type Language = keyof typeof LANGUAGES

/** Messages to the visitor, by the name in the address of the page. */
export type Notice = keyof PartyTexts['notices']

export function isNotice(value: unknown): value is Notice {
  return typeof value === 'string' && Object.hasOwn(en.notices, value)
}
