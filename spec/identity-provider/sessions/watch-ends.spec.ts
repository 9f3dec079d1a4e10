import { watchEnds } from '../../../identity-provider/sessions/watch-ends'
import { memoryAccountSessions } from '../../../login-site/stores/account-sessions/memory'

const JID = 'alice@localhost'

function watched(perAccount = 50) {
  const heard: unknown[] = []
  const sessions = watchEnds(memoryAccountSessions(perAccount), {
    ended: async sids => void heard.push(['ended', ...sids]),
    endedAll: async (jid, sids) => void heard.push(['endedAll', jid, ...sids]),
    replaced: async (old, sid) => void heard.push(['replaced', old, sid]),
  })
  return { sessions, heard }
}

test('a new session ends the one that has to go for it', async () => {
  const { sessions, heard } = watched(1)
  expect(await sessions.add(JID, 's1', 1)).toEqual([])
  expect(heard).toEqual([])
  expect(await sessions.add(JID, 's2', 2)).toEqual(['s1'])
  expect(heard).toEqual([['ended', 's1']])
})

test('a session in place of another one is not its end', async () => {
  const { sessions, heard } = watched()
  await sessions.add(JID, 's1', 1)
  await sessions.replace(JID, 's1', 's2', 2)
  expect(heard).toEqual([['replaced', 's1', 's2']])
  expect(await sessions.list(JID)).toEqual([{ sid: 's2', lastSeen: 2 }])
})

test('a removed session has ended, also when it was removed before', async () => {
  const { sessions, heard } = watched()
  await sessions.add(JID, 's1', 1)
  expect(await sessions.remove(JID, 's1')).toBe(true)
  expect(await sessions.remove(JID, 's1')).toBe(false)
  expect(heard).toEqual([
    ['ended', 's1'],
    ['ended', 's1'],
  ])
})

test('the end of all sessions names them', async () => {
  const { sessions, heard } = watched()
  await sessions.add(JID, 's1', 1)
  await sessions.add(JID, 's2', 2)
  await sessions.removeAll(JID)
  expect(heard).toEqual([['endedAll', JID, 's1', 's2']])
  expect(await sessions.list(JID)).toEqual([])
})

test('looking at sessions ends none', async () => {
  const { sessions, heard } = watched()
  await sessions.add(JID, 's1', 1)
  expect(await sessions.seen(JID, 's1', 2)).toBe(true)
  expect(await sessions.seen(JID, 's2', 2)).toBe(false)
  expect(heard).toEqual([])
})
