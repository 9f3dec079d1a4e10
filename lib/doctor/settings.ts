import type { Software } from './software'

type Known = Exclude<Software, undefined>

/** Change that a check advises, in the words of each server. A server without a row has no setting that is known here. */
const SETTINGS = {
  'store SCRAM keys': {
    ejabberd: '`auth_password_format: scram`',
    MongooseIM: '`format = "scram"` in [auth.password]',
    'Prosody or Metronome': '`authentication = "internal_hashed"`',
  },
  'offer SCRAM-SHA-256': {
    ejabberd: '`auth_password_format: scram`, `auth_scram_hash: sha256`',
    MongooseIM: '`hash = ["sha256"]` in [auth.password]',
  },
  'offer one hash': {
    ejabberd: '`auth_password_format: scram`',
    MongooseIM: '`hash` in [auth.password], before the first account',
    'Prosody or Metronome': '`authentication = "internal_hashed"`',
  },
  'offer mechanisms': {
    ejabberd: '`auth_method`',
    MongooseIM: '`sasl_mechanisms` in [auth]',
    'Prosody or Metronome': '`authentication`',
  },
  'accept http:': {
    'Prosody or Metronome': '`consider_bosh_secure = true`',
  },
  'disable mechanisms': {
    ejabberd: '`disable_sasl_mechanisms`',
    MongooseIM: '`sasl_mechanisms` in [auth]',
    'Prosody or Metronome': '`disable_sasl_mechanisms`',
  },
  'protect registration': {
    ejabberd: 'mod_register with `captcha_protected: true`',
    Tigase: '`captchaRequired` of the bean `jabber:iq:register`',
  },
  'close registration': {
    ejabberd: '`ip_access: none` of mod_register',
    MongooseIM: 'without mod_register, or with its `ip_access`',
    Openfire: 'the property `register.inband` = false',
    'Prosody or Metronome': '`allow_registration = false`',
    Tigase: 'the setting of the domain that allows registration',
  },
  'tell the version': {
    ejabberd: 'mod_version',
    MongooseIM: 'mod_version',
    'Prosody or Metronome': 'the module `version`',
  },
} as const satisfies Readonly<Record<string, Partial<Record<Known, string>>>>

export type Change = keyof typeof SETTINGS

/** Returns ` (SERVER: SETTING)` for a known server with such a setting, and an empty text otherwise. */
export function settingFor(change: Change, software: Software): string {
  const settings: Partial<Record<Known, string>> = SETTINGS[change]
  const setting = software && settings[software]
  return setting === undefined ? '' : ` (${software}: ${setting})`
}
