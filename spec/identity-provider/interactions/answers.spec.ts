import { createAnswers } from '../../../identity-provider/interactions/answers'
import type { Found } from '../../../identity-provider/interactions/find'
import { openMemoryProviderStore } from '../../../identity-provider/stores/memory'

const ALICE = 'xmpp:alice@localhost'
const TTL_S = 100

/** Answers a question for consent. @param during happens while the grant is saved */
async function consented(during: (store: ReturnType<typeof openMemoryProviderStore>) => Promise<unknown>) {
  const store = openMemoryProviderStore()
  await store.adapter('Session').upsert('id', { uid: 'u1', accountId: ALICE }, TTL_S)
  class Grant {
    readonly owner: object
    constructor(owner: object) {
      this.owner = owner
    }
    static find = async () => undefined
    addOIDCScope = () => undefined
    async save() {
      await during(store)
      await store.adapter('Grant').upsert('g1', { ...this.owner, kind: 'Grant' }, TTL_S)
      return 'g1'
    }
    destroy = () => store.adapter('Grant').destroy('g1')
  }
  const Session = { findByUid: (uid: string) => store.adapter('Session').findByUid(uid) }
  const answers = createAnswers({
    provider: { Grant, Session } as never,
    endSession: async () => undefined,
    takeProfile: async () => undefined,
  })
  const interaction = {
    params: { client_id: 'wiki' },
    session: { accountId: ALICE, uid: 'u1' },
    prompt: { details: { missingOIDCScope: ['openid'] } },
    returnTo: '/oidc/auth/i1',
    persist: async () => undefined,
  }
  await answers.consented({ interaction } as unknown as Found)
  return store.ofAccount(ALICE)
}

test('a consent leaves a grant of the account', async () => {
  expect(await consented(async () => undefined)).toEqual({ sessions: ['u1'], grants: ['g1'] })
})

test('a consent whose session ends at the same moment leaves no grant', async () => {
  expect(await consented(store => store.endSession('u1'))).toEqual({ sessions: [], grants: [] })
})
