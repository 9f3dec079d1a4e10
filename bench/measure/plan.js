/**
 * The plan: contestants and their servers. A contestant is a module of contestants/ with its options. `floor` names the
 * floor with the same exchanges, `own` marks this library.
 */
const floor = (mechanism, bind) => ({ name: `floor, ${said(mechanism, bind)}`, module: 'floor', mechanism, bind })
const own = (mechanism, bind) => ({
  name: `Authenticator, ${said(mechanism, bind)}`,
  module: 'authenticator',
  mechanism,
  bind,
  floor: `floor, ${said(mechanism, bind)}`,
  own: true,
})
const inExpress = (mechanism, bind) => ({
  ...own(mechanism, bind),
  name: `Strategy in Express, ${said(mechanism, bind)}`,
  module: 'express',
})
const said = (mechanism, bind) => `${mechanism}${bind ? ' and bind' : ''}`

/** Peers that speak XMPP. All of them bind, so they are compared with the floor that binds. */
const peers = mechanism => {
  const peer = (title, module, transport) => ({
    name: `${title}, ${mechanism}`,
    module,
    transport,
    mechanism,
    floor: `floor, ${said(mechanism, true)}`,
    // Each login derives a key with about 4,000 calls of WebCrypto. 256 at a time would wait for half a minute.
    slow: module === 'xmppjs' && mechanism !== 'PLAIN',
  })
  return [
    peer('strophe.js over BOSH', 'strophe', 'bosh'),
    peer('strophe.js over WebSocket', 'strophe', 'websocket'),
    peer('xmpp.js over TCP', 'xmppjs', 'tcp'),
    peer('xmpp.js over WebSocket', 'xmppjs', 'websocket'),
    peer('stanza over BOSH', 'stanza', 'bosh'),
    peer('stanza over WebSocket', 'stanza', 'websocket'),
  ]
}

const python = {
  name: 'Python, standard library, PLAIN',
  module: 'python',
  mechanism: 'PLAIN',
  floor: 'floor, PLAIN',
}
const ldap = { floor: 'floor, PLAIN', server: 'slapd' }
const ldapauth = { ...ldap, name: 'passport-ldapauth', module: 'ldapauth' }
const ldapauthInExpress = {
  ...ldap,
  name: 'passport-ldapauth in Express',
  module: 'express',
  strategy: 'ldapauth',
}

/** Phases, each with servers of its own. A `full` one is measured at every concurrency and with wrong passwords. */
export const PHASES = [
  {
    key: 'scram256',
    title: 'ejabberd, passwords stored as SCRAM-SHA-256 keys',
    server: { kind: 'ejabberd', storage: 'scram', hash: 'sha256' },
    full: true,
    contestants: [floor('SCRAM-SHA-256', true), own('SCRAM-SHA-256', true)],
  },
  {
    key: 'prosody',
    title: 'Prosody, passwords stored as SCRAM-SHA-1 keys (10,000 iterations)',
    server: { kind: 'prosody' },
    contestants: [floor('SCRAM-SHA-1', true), own('SCRAM-SHA-1', true), floor('PLAIN', false), own('PLAIN', false)],
  },
  {
    key: 'scram',
    title: 'ejabberd, passwords stored as SCRAM-SHA-1 keys',
    server: { kind: 'ejabberd', storage: 'scram', hash: 'sha' },
    full: true,
    contestants: [
      floor('SCRAM-SHA-1', true),
      own('SCRAM-SHA-1', true),
      inExpress('SCRAM-SHA-1', true),
      ...peers('SCRAM-SHA-1'),
      floor('SCRAM-SHA-1', false),
      own('SCRAM-SHA-1', false),
      floor('PLAIN', false),
      own('PLAIN', false),
    ],
  },
  {
    key: 'plain',
    title: 'ejabberd, passwords stored in clear text; OpenLDAP',
    server: { kind: 'ejabberd', storage: 'plain' },
    full: true,
    contestants: [
      floor('PLAIN', false),
      own('PLAIN', false),
      inExpress('PLAIN', false),
      ldapauth,
      ldapauthInExpress,
      python,
      floor('PLAIN', true),
      own('PLAIN', true),
      ...peers('PLAIN'),
    ],
  },
]
