import { generateKeyPairSync } from 'node:crypto'
import { preparePassword } from '../../lib/sasl/saslprep'
import { looksLikeCompactJws } from '../../login-site/auth/compact-jws'
import { jwtWithSecret, signedJwt, unsignedJwt } from '../fixtures/jws'

const claims = { jid: 'user1@localhost', exp: 1 }
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const TOKEN = signedJwt('ES384', privateKey, claims, { typ: 'at+jwt', kid: 'k' })
const [head = '', payload = '', signature = ''] = TOKEN.split('.')
const wide = (text: string) =>
  text.replace(/[!-~]/g, character => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0))
const standard = (part: string) => part.replaceAll('-', '+').replaceAll('_', '/')

test.each([
  ['of ES384', TOKEN],
  ['of a shared secret', jwtWithSecret('secret', claims)],
  ['without a signature', unsignedJwt(claims)],
  ['with spaces around it', ` ${TOKEN}  `],
  ['with white space around it', `\u00a0${TOKEN}\r\n`],
  ['with white space in it', `${head.slice(0, 7)} ${head.slice(7)}.\n${payload}.\t${signature}`],
  ['with a zero-width space', `${head}\u200b.${payload}.${signature}`],
  ['with padding', `${head}==.${payload}=.${signature}==`],
  ['in the alphabet of base64', `${standard(head)}.${standard(payload)}.${standard(signature)}`],
  ['with a header that has white space', `${Buffer.from('{ "alg" : "ES384" }\n').toString('base64url')}.${payload}.x`],
  ['with an alg that is not a text', `${Buffer.from('{"alg":null}').toString('base64url')}..`],
])('looksLikeCompactJws() recognizes a token %s', (_name, password) => {
  expect(looksLikeCompactJws(password)).toBe(true)
})

test.each([
  ['full-width dots', TOKEN.replaceAll('.', '．')],
  ['full-width letters', wide(TOKEN)],
  ['letters of mathematics', TOKEN.replaceAll('e', '\u{1d41e}').replaceAll('J', '\u{1d409}')],
  ['soft hyphens', [...TOKEN].join('\u00ad')],
  ['a zero-width joiner and a byte order mark', `\ufeff${head}.\u200d${payload}.${signature}`],
])('looksLikeCompactJws() recognizes a token with %s, which SASLprep undoes', (_name, password) => {
  expect(preparePassword(password)).toBe(TOKEN)
  expect(looksLikeCompactJws(password)).toBe(true)
})

test.each([
  '',
  '..',
  'a.b.c',
  'correct.horse.battery',
  'www.example.com',
  '192.0.2.1',
  'Winter.2026.!',
  'e30.e30.e30',
  `${Buffer.from('{}').toString('base64url')}.${payload}.${signature}`,
  `${Buffer.from('["alg"]').toString('base64url')}.${payload}.${signature}`,
  `${Buffer.from('"alg"').toString('base64url')}.${payload}.${signature}`,
  `${Buffer.from('null').toString('base64url')}.${payload}.${signature}`,
  `${Buffer.from('{"alg":').toString('base64url')}.${payload}.${signature}`,
  `${head}.${payload}`,
  `${TOKEN}.`,
  `${head}.${payload}.${signature}.${head}.${payload}`,
  JSON.stringify({ protected: head, payload, signature }),
  `{"alg":"ES384"}.${payload}.${signature}`,
  'pä$$wörd.€.😀',
])('looksLikeCompactJws() takes %p for a password', password => {
  expect(looksLikeCompactJws(password)).toBe(false)
})
