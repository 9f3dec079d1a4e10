/** First replies and forms of real servers, to the letter. Only ids are filled in. */
export interface Recorded {
  readonly domain: string
  /** head of each reply, beside the length */
  readonly headers: Readonly<Record<string, string>>
  readonly first: string
  /** the features, for a server that sends them with the second reply */
  readonly second?: string
  /** answer to the request for the form, with ID for the id; `undefined`: registration is not offered */
  readonly form?: string
}

const XML = { 'content-type': 'text/xml; charset=utf-8' }

export const RECORDED = {
  'ejabberd 23.01': {
    domain: 'localhost',
    headers: XML,
    first: `<body xmpp:version='1.0' authid='10175695250462233552' xmlns='http://jabber.org/protocol/httpbind' sid='b69355c06337c78404ba8b87c7cd5e4bd9a422d6' wait='10' ver='1.11' polling='2' inactivity='30' hold='1' xmpp:restartlogic='true' requests='2' secure='true' maxpause='120' xmlns:xmpp='urn:xmpp:xbosh' xmlns:stream='http://etherx.jabber.org/streams' from='localhost'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>X-OAUTH2</mechanism></mechanisms><register xmlns='http://jabber.org/features/iq-register'/></stream:features></body>`,
    form: `<iq xml:lang='en' from='localhost' type='result' id='ID' xmlns='jabber:client'><query xmlns='jabber:iq:register'><username/><password/><instructions>Choose a username and password to register with this server</instructions></query></iq>`,
  },
  'ejabberd 26.07': {
    domain: 'localhost',
    headers: XML,
    first: `<body xmpp:version='1.0' authid='1207641387456643662' xmlns='http://jabber.org/protocol/httpbind' sid='5d8e34b55fec4378fe65876e552378e54bda5156' wait='10' ver='1.11' polling='2' inactivity='30' hold='1' xmpp:restartlogic='true' requests='2' secure='true' maxpause='120' xmlns:xmpp='urn:xmpp:xbosh' xmlns:stream='http://etherx.jabber.org/streams' from='localhost'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>X-OAUTH2</mechanism></mechanisms><register xmlns='http://jabber.org/features/iq-register'/></stream:features></body>`,
    form: `<iq xml:lang='en' from='localhost' type='result' id='ID' xmlns='jabber:client'><query xmlns='jabber:iq:register'><username/><password/><instructions>Choose a username and password to register with this server</instructions></query></iq>`,
  },
  'Prosody 0.12': {
    domain: 'localhost',
    headers: XML,
    first: `<body xmlns:stream='http://etherx.jabber.org/streams' ver='1.6' requests='2' wait='10' from='localhost' sid='947769ec-3301-48dd-803f-e952d9b95360' polling='5' xmlns:xmpp='urn:xmpp:xbosh' secure='true' authid='947769ec-3301-48dd-803f-e952d9b95360' xmpp:version='1.0' inactivity='60' hold='1' xmlns='http://jabber.org/protocol/httpbind'><stream:features xmlns='jabber:client'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls><register xmlns='http://jabber.org/features/iq-register'/></stream:features></body>`,
    form: `<iq type='result' xmlns='jabber:client' from='localhost' id='ID'><query xmlns='jabber:iq:register'><instructions>Choose a username and password for use with this service.</instructions><username/><password/></query></iq>`,
  },
  'Prosody 13': {
    domain: 'localhost',
    headers: XML,
    first: `<body polling='5' xmlns='http://jabber.org/protocol/httpbind' sid='c7d2a693-89d9-4b61-b41b-5e30add1b833' hold='1' xmpp:version='1.0' wait='10' inactivity='60' xmlns:xmpp='urn:xmpp:xbosh' authid='c7d2a693-89d9-4b61-b41b-5e30add1b833' secure='true' xmlns:stream='http://etherx.jabber.org/streams' ver='1.6' requests='2' from='localhost'><stream:features xmlns='jabber:client'><register xmlns='http://jabber.org/features/iq-register'/><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>OAUTHBEARER</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features></body>`,
    form: `<iq type='result' xmlns='jabber:client' from='localhost' id='ID'><query xmlns='jabber:iq:register'><instructions>Choose a username and password for use with this service.</instructions><username/><password/></query></iq>`,
  },
  'Metronome, closed': {
    domain: 'localhost',
    headers: XML,
    first: `<body xmlns:xmpp='urn:xmpp:xbosh' xmlns:stream='http://etherx.jabber.org/streams' wait='10' xmlns='http://jabber.org/protocol/httpbind' authid='df07b7e7-a801-4786-851d-5c7e7f8bff46' polling='5' from='localhost' inactivity='60' xmpp:version='1.0' hold='1' requests='2' secure='true' ver='1.6' sid='df07b7e7-a801-4786-851d-5c7e7f8bff46'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism><mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-384</mechanism><mechanism>SCRAM-SHA-512</mechanism><mechanism>DIGEST-MD5</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features></body>`,
  },
  'MongooseIM, closed': {
    domain: 'localhost',
    headers: { 'content-type': 'text/xml; charset=utf8', server: 'Cowboy' },
    first: `<body accept='deflate, gzip' from='localhost' hold='1' inactivity='30' maxpause='120' requests='2' sid='5fd7fc184408c603bf2f69ce1a1ed8fe49399ba9' wait='10' xmlns='http://jabber.org/protocol/httpbind' xmlns:stream='http://etherx.jabber.org/streams' xmlns:xmpp='urn:xmpp:xbosh' xmpp:restartlogic='true' xmpp:version='1.0'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-512</mechanism><mechanism>SCRAM-SHA-384</mechanism><mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-224</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms><sm xmlns='urn:xmpp:sm:3'/></stream:features></body>`,
  },
  'Openfire, closed': {
    domain: 'openfire.test',
    headers: { 'content-type': 'text/xml;charset=utf-8' },
    first: `<body xmlns="http://jabber.org/protocol/httpbind" xmlns:stream="http://etherx.jabber.org/streams" from="openfire.test" authid="8dinovgbey" sid="8dinovgbey" secure="true" requests="2" inactivity="30" polling="5" wait="10" hold="1" ack="1743490047" maxpause="300" ver="1.6"><stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"><optional/></session></stream:features></body>`,
  },
  Tigase: {
    domain: 'tigase.test',
    headers: { ...XML, server: 'Tigase Bosh/8.5.0-SNAPSHOT' },
    first: `<body hold="1" xmpp:version="1.0" secure="true" xmlns:xmpp="urn:xmpp:xbosh" xmlns:stream="http://etherx.jabber.org/streams" from="tigase.test" xmlns="http://jabber.org/protocol/httpbind" polling="10" ver="1.6" host="localhost" sid="46666507-0063-4efb-856b-d6aed5b8306e" authid="4459d42c-1adb-448b-ab68-09d540c70852" ack="1657270003" inactivity="10" requests="2" maxpause="10" wait="10"/>`,
    second: `<body xmlns:xmpp="urn:xmpp:xbosh" xmlns:stream="http://etherx.jabber.org/streams" from="tigase.test" xmlns="http://jabber.org/protocol/httpbind" xmpp:version="1.0" host="localhost" secure="true" ack="1657270004"><stream:features xmlns="jabber:client"><auth xmlns="http://jabber.org/features/iq-auth"/><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms><register xmlns="http://jabber.org/features/iq-register"/><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/><compression xmlns="http://jabber.org/features/compress"><method>zlib</method></compression></stream:features></body>`,
    form: `<iq from="tigase.test" type="result" id="ID" xmlns="jabber:client"><query xmlns="jabber:iq:register"><instructions>Please provide the following information to sign up for an account</instructions><x type="form" xmlns="jabber:x:data"><title>Account Registration</title><instructions>Please provide the following information to sign up for an account</instructions><field var="FORM_TYPE" type="hidden"><value>jabber:iq:register</value></field><field var="username" type="text-single" label="Username"><required/><value></value></field><field var="password" type="text-private" label="Password"><required/><value></value></field><field var="email" type="text-single" label="Email"><value></value></field><field var="captcha-id" type="hidden"><required/><value>simple-text.X1fXbAEy48zFZ+XIQvJi+AAAAAcAAAAQAAABoiYK3dc=.nconmYA1Z+D+UgrwfHNbcqUap7Tco/DvpQQ4u11S/QY=</value></field><field var="qa" type="text-single" label="Solve: 7 + 16"><required/><value></value></field></x></query></iq>`,
  },
} as const satisfies Readonly<Record<string, Recorded>>

export type RecordedName = keyof typeof RECORDED
