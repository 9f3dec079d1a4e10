import type { Known, Software } from './software'

/** Change that a check advises, in the words of each server. A server without a row has no setting that is known here. */
const SETTINGS = {
  'store SCRAM keys': {
    ejabberd: '`auth_password_format: scram`',
    Metronome: '`authentication = "internal_hashed"`',
    MongooseIM: '`format = "scram"` in [auth.password]',
    Openfire: 'the property `user.scramHashedPasswordOnly` = true',
    Prosody: '`authentication = "internal_hashed"`',
  },
  'offer SCRAM': {
    ejabberd: '`auth_password_format: scram`, `auth_scram_hash: sha256`',
    Metronome: '`authentication = "internal_hashed"`',
    MongooseIM: '`sasl_mechanisms` in [auth], `format = "scram"` in [auth.password]',
    Openfire: 'SCRAM-SHA-1 in the property `sasl.mechs`',
    Prosody: '`authentication = "internal_hashed"`',
  },
  'offer one hash': {
    ejabberd: '`auth_password_format: scram`',
    Metronome: '`authentication = "internal_hashed"`',
    MongooseIM: '`hash` in [auth.password], before the first account',
    Prosody: '`authentication = "internal_hashed"`',
  },
  'offer mechanisms': {
    ejabberd: '`auth_method`',
    Metronome: '`authentication`',
    MongooseIM: '`sasl_mechanisms` in [auth]',
    Openfire: 'the property `sasl.mechs`',
    Prosody: '`authentication`',
  },
  'accept http:': {
    Metronome: '`consider_bosh_secure = true`',
    Prosody: '`consider_bosh_secure = true`',
  },
  'disable mechanisms': {
    ejabberd: '`disable_sasl_mechanisms`',
    MongooseIM: '`sasl_mechanisms` in [auth]',
    Openfire: 'the property `sasl.mechs`',
    Prosody: '`disable_sasl_mechanisms`',
  },
  'protect registration': {
    ejabberd: 'mod_register with `captcha_protected: true`',
    Tigase: '`captchaRequired` of the bean `jabber:iq:register`',
  },
  'close registration': {
    ejabberd: '`ip_access: none` of mod_register',
    Metronome: '`allow_registration = false`',
    MongooseIM: 'without mod_register, or with its `ip_access`',
    Openfire: 'the property `register.inband` = false',
    Prosody: '`allow_registration = false`',
    Tigase: 'the setting of the domain that allows registration',
  },
  'enable the account': {
    ejabberd: '`ejabberdctl unban_account`',
    Prosody: '`prosodyctl shell user enable`',
    Tigase: '`account_status` of the account',
  },
  'allow the account': {
    ejabberd: '`access_rules`',
  },
  'do not slow the account down': {
    ejabberd:
      '`c2s_shaper: {none: service_accounts, normal: all}` in `shaper_rules`, with an `acl` of that name; in the ejabberd.yml of this package, `SERVICE_ACCOUNTS: [name]`',
    Prosody: 'its JID in `unlimited_jids` of mod_limits',
  },
  'talk to other servers': {
    ejabberd: '`s2s_access: all`, a listener for ejabberd_s2s_in',
    Prosody: 'the module `s2s`',
  },
  'keep messages': {
    ejabberd: 'mod_offline',
    Prosody: 'the module `offline`',
  },
  'have rooms': {
    ejabberd: 'mod_muc',
    Metronome: '`Component "rooms.example.com" "muc"`',
    MongooseIM: 'mod_muc',
    Openfire: 'Group Chat, Group Chat Settings',
    Prosody: '`Component "rooms.example.com" "muc"`',
    Tigase: 'the component `muc`',
  },
  'list the services': {
    ejabberd: 'mod_disco',
    MongooseIM: 'mod_disco',
    Prosody: 'the module `disco`',
  },
  'make a room': {
    ejabberd: '`ejabberd/make-room` of this package',
    Prosody: '`prosody/make-room` of this package',
  },
  'make a member': {
    ejabberd: '`ejabberd/role grant` of this package',
    Prosody: '`prosody/role grant` of this package',
  },
  'list affiliations': {
    ejabberd: '`ejabberd/role list` of this package',
    Prosody: '`prosody/role list` of this package',
  },
  'let no stranger make rooms': {
    ejabberd: '`access_create: none` of mod_muc',
    Metronome: '`restrict_room_creation = true` of the component',
    MongooseIM: '`access_create` in [modules.mod_muc]',
    Openfire: 'Group Chat, Room Creation Permissions',
    Prosody: '`restrict_room_creation = true` of the component',
  },
  'tell the version': {
    ejabberd: 'mod_version',
    MongooseIM: 'mod_version',
    Prosody: 'the module `version`',
  },
} as const satisfies Readonly<Record<string, Partial<Record<Known, string>>>>

export type Change = keyof typeof SETTINGS

/**
 * Returns ` (SERVER: SETTING)` for a known server with such a setting, and an empty text otherwise. If the server is one
 * of two, it names the settings of both.
 */
export function settingFor(change: Change, software: Software): string {
  if (software === undefined) return ''
  const settings: Partial<Record<Known, string>> = SETTINGS[change]
  const [first, second] = software === 'Prosody or Metronome' ? (['Prosody', 'Metronome'] as const) : [software]
  const [of, other] = [settings[first], second && settings[second]]
  if (of !== undefined && of === other) return ` (${software}: ${of})`
  const named = [of && `${first}: ${of}`, other && `${second}: ${other}`].filter(Boolean)
  return named.length === 0 ? '' : ` (${named.join('; ')})`
}
