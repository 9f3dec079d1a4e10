import { readChat } from '../../../identity-provider/chat/chat-config'

const context = { domain: 'example.com', refusesTokens: true }
const KEY = { OIDC_CHAT_KEY: '/srv/chat-key.json' }

test('readChat() returns undefined without a key', () => {
  expect(readChat({}, context)).toBeUndefined()
  expect(readChat({ OIDC_CHAT_KEY: ' ' }, { ...context, refusesTokens: false })).toBeUndefined()
})

test('readChat() names the domain as the resource by default', () => {
  expect(readChat(KEY, context)).toEqual({ keyFile: '/srv/chat-key.json', resource: 'xmpp:example.com' })
  expect(readChat(KEY, { ...context, domain: 'münchen.example' })?.resource).toBe('xmpp:xn--mnchen-3ya.example')
})

test('readChat() refuses a key while the forms take tokens as passwords', () => {
  expect(() => readChat(KEY, { ...context, refusesTokens: false })).toThrow(
    'XMPP_CHAT_TOKENS must be on with OIDC_CHAT_KEY',
  )
})

test('readChat() refuses a resource without a key', () => {
  expect(() => readChat({ OIDC_CHAT_RESOURCE: 'xmpp:example.com' }, context)).toThrow(
    'OIDC_CHAT_KEY is required with OIDC_CHAT_RESOURCE',
  )
})

test('readChat() takes a resource as it is written', () => {
  const resource = 'https://chat.example.com'

  expect(readChat({ ...KEY, OIDC_CHAT_RESOURCE: resource }, context)?.resource).toBe(resource)
})

test.each(['chat', '/chat', 'https://chat.example.com/#me', 'xmpp:exa mple', `xmpp:${'x'.repeat(256)}`])(
  'readChat() refuses the resource %s',
  resource => {
    expect(() => readChat({ ...KEY, OIDC_CHAT_RESOURCE: resource }, context)).toThrow(
      'OIDC_CHAT_RESOURCE must be a URI without a fragment, such as xmpp:example.com',
    )
  },
)
