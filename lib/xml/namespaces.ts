/* Namespaces are compared as exact strings. Their prefixes have no meaning. */

/** Namespace of `<body/>`, XEP-0124. */
export const HTTPBIND = 'http://jabber.org/protocol/httpbind'
/** Namespace of the `xmpp:` attributes of `<body/>`, XEP-0206. */
export const XBOSH = 'urn:xmpp:xbosh'
/** Namespace of stream errors and features, RFC 6120 §4.8.1. */
export const STREAMS = 'http://etherx.jabber.org/streams'
/** Namespace of the conditions of a stream error, RFC 6120 §4.9. */
export const STREAM_CONDITIONS = 'urn:ietf:params:xml:ns:xmpp-streams'
/** Namespace of stanzas, RFC 6120 §4.8.2. */
export const CLIENT = 'jabber:client'
/** Namespace of the conditions of a stanza error, RFC 6120 §8.3. */
export const STANZA_CONDITIONS = 'urn:ietf:params:xml:ns:xmpp-stanzas'
/** Namespace of SASL elements, RFC 6120 §6. */
export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
/** Namespace of channel-binding types, XEP-0440. */
export const SASL_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0'
/** Namespace of resource binding, RFC 6120 §7. */
export const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
/** Namespace of session establishment, RFC 3921 §3. */
export const SESSION = 'urn:ietf:params:xml:ns:xmpp-session'
/** Namespace of delayed delivery, XEP-0203. */
export const DELAY = 'urn:xmpp:delay'
/** Namespace of questions about what an entity is, XEP-0030. */
export const DISCO_INFO = 'http://jabber.org/protocol/disco#info'
/** Namespace of questions about what an entity has, XEP-0030. */
export const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items'
/** Namespace of entering a room, XEP-0045. */
export const MUC = 'http://jabber.org/protocol/muc'
/** Namespace of the occupants of a room, XEP-0045. */
export const MUC_USER = 'http://jabber.org/protocol/muc#user'
/** Namespace of the affiliations of a room, XEP-0045 §9. */
export const MUC_ADMIN = 'http://jabber.org/protocol/muc#admin'
/** Namespace of the configuration of a room, XEP-0045 §10. */
export const MUC_OWNER = 'http://jabber.org/protocol/muc#owner'
/** Namespace of vCards, XEP-0054. */
export const VCARD = 'vcard-temp'
/** Namespace of pings, XEP-0199. */
export const PING = 'urn:xmpp:ping'
/** Namespace of questions about the software, XEP-0092. */
export const VERSION = 'jabber:iq:version'
/** Namespace of registration, XEP-0077. */
export const REGISTER = 'jabber:iq:register'
/** Namespace of the stream feature of registration, XEP-0077 §8. */
export const REGISTER_FEATURE = 'http://jabber.org/features/iq-register'
/** Namespace of data forms, XEP-0004. */
export const DATA_FORM = 'jabber:x:data'
/** Namespace of media in data forms, XEP-0221. */
export const MEDIA_ELEMENT = 'urn:xmpp:media-element'
/** Namespace of Bits of Binary, XEP-0231. */
export const BITS_OF_BINARY = 'urn:xmpp:bob'
/** Namespace of nicknames, XEP-0172. */
export const NICK = 'http://jabber.org/protocol/nick'
/** Namespace of the hints for archives and offline storage, XEP-0334. */
export const HINTS = 'urn:xmpp:hints'
/** Namespace of the time after which a message is not delivered, XEP-0023. */
export const EXPIRE = 'jabber:x:expire'
/** Namespace of dialogs that confirm an HTTP request, XEP-0070. */
export const HTTP_AUTH = 'http://jabber.org/protocol/http-auth'
/** Namespace of the prefix `xml`, Namespaces in XML 1.0 §3. */
export const XML = 'http://www.w3.org/XML/1998/namespace'
/** Namespace of the prefix `xmlns`, Namespaces in XML 1.0 §3. */
export const XMLNS = 'http://www.w3.org/2000/xmlns/'
