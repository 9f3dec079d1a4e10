import { type Domain, prepareConfiguredDomain } from '../../lib/jid'
import { vcardIn, vcardQuestion } from '../../lib/vcard/vcard'
import { read } from '../../lib/xml/read'
import type { Server } from '../fixtures/dialogues/dialogue'
import { answerTo } from './answers'

/* The own vCard, as four servers answered the question for it before one was stored and afterwards. */

const NOTHING = { emails: [], photos: [] }
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const ROWS = [
  {
    server: 'openfire',
    account: 'alice@openfire.test',
    before: NOTHING,
    after: {
      displayName: 'Alice Liddell',
      emails: [{ value: 'alice@openfire.test', verified: false }],
      photos: [{ value: `data:image/png;base64,${PIXEL}` }],
    },
  },
  {
    server: 'tigase',
    account: 'user1@tigase.test',
    before: NOTHING,
    after: { displayName: 'User One', emails: [{ value: 'one@example.com', verified: false }], photos: [] },
  },
  // These two answer with an error while there is none.
  {
    server: 'mongooseim',
    account: 'user1@localhost',
    before: undefined,
    after: { displayName: 'User One', emails: [{ value: 'user1@example.org', verified: false }], photos: [] },
  },
  {
    server: 'metronome',
    account: 'user1@localhost',
    before: undefined,
    after: { displayName: 'User One', emails: [{ value: 'user1@example.org', verified: false }], photos: [] },
  },
] as const

/** Reads the answer to the question for the own vCard that a recorded client asked as the `nth`. */
function vcardOf(server: Server, account: string, nth: number) {
  const [local = '', domain = ''] = account.split('@')
  const question = vcardQuestion(prepareConfiguredDomain(domain) as Domain, local)
  const answer = read(Buffer.from(answerTo(server, 'vcard-temp', question, nth) ?? ''))
  const from = answer.attributes.get('from')
  if (from !== undefined && !question.from(from)) throw new Error(`an answer from ${from}`)
  return vcardIn(answer)
}

test.each(ROWS)('$server: an account without a vCard has no fields', ({ server, account, before }) => {
  expect(vcardOf(server, account, 0)).toEqual(before)
})

test.each(ROWS)('$server: a stored vCard is read', ({ server, account, after }) => {
  expect(vcardOf(server, account, 1)).toEqual(after)
})
