import { Authenticator, type LoginContext, type XmppBoshError } from '../../../lib'
import { GUESSES, measureFacts, type Subject } from './facts'

const PASSWORD = 'correct horse battery'

const signIn = (authenticator: Authenticator, username: string, password: string, context: LoginContext) =>
  authenticator.authenticate({ username, password }, context).then(
    () => 'signs in',
    ({ code }: XmppBoshError) => code,
  )

/** Tries twenty wrong passwords from one address, then the right one from that address and from another. */
async function afterGuesses(server: Subject, account: string, guesser: LoginContext, other: LoginContext) {
  await server.addUser(account, PASSWORD)
  const opened = Array.from({ length: 3 }, () => {
    // An authenticator that learned of a ban does not ask again for a while.
    return new Authenticator({ service: server.url, domain: 'localhost', failureDelay: 0 })
  })
  const [guessing, again, elsewhere] = opened as [Authenticator, Authenticator, Authenticator]
  try {
    let last = ''
    for (let n = 0; n < GUESSES; n++) last = await signIn(guessing, account, `wrong ${n}`, guesser)
    const outcomes = {
      last,
      guesser: await signIn(again, account, PASSWORD, guesser),
      other: await signIn(elsewhere, account, PASSWORD, other),
    }
    return outcomes
  } finally {
    await Promise.all(opened.map(authenticator => authenticator.close()))
  }
}

/** Writes an outcome as the table shows it. */
const written = (outcome: string) => (outcome === 'signs in' ? outcome : `\`${outcome}\``)

const fromTwo = (server: Subject, account: string, last: number) =>
  afterGuesses(server, account, { clientIp: `198.51.100.${last}` }, { clientIp: `203.0.113.${last}` })

measureFacts('bans', [
  {
    fact: 'The answer to the twentieth wrong password of a visitor',
    ejabberd: '`ERR_XMPP_POLICY`',
    Prosody: '`invalid-credentials`',
    measure: async server => written((await fromTwo(server, 'asked', 1)).last),
  },
  {
    fact: 'The right password after that, of the same visitor',
    ejabberd: '`ERR_XMPP_POLICY`',
    Prosody: 'signs in',
    measure: async server => written((await fromTwo(server, 'banned', 2)).guesser),
  },
  {
    fact: 'The right password after that, of another visitor',
    ejabberd: 'signs in',
    Prosody: 'signs in',
    measure: async server => written((await fromTwo(server, 'other', 3)).other),
  },
  {
    fact: 'The right password after that, of any visitor, when the app does not forward addresses',
    ejabberd: 'signs in',
    Prosody: 'signs in',
    measure: async server => written((await afterGuesses(server, 'anybody', {}, {})).other),
  },
])
