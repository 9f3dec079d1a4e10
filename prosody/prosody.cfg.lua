-- A Prosody (0.12 or 13) that people log in on with passport-xmpp-bosh: accounts, and BOSH on loopback for the app.
-- Complete: it may stand as /etc/prosody/prosody.cfg.lua, and prosody/start runs it. ENV_NAME is NAME in the environment.

-- Not "debug": that logs whole BOSH bodies, passwords included. Under systemd the console is the journal.
log = { info = "*console" }

-- register: who is logged in may change the password and remove the account. admin_shell: `prosodyctl shell`, by a
-- socket that only Prosody's own user can open.
modules_enabled = { "saslauth", "roster", "disco", "version", "register", "admin_shell", "bosh" }

-- No mod_limits, which Debian's own configuration has: it slows down a connection, and on the connections of one app
-- many visitors log in.

-- Nothing in Prosody itself asks for a captcha, so open registration is open to machines. Accounts are made with
-- prosody/add-user, or with prosodyctl adduser.
allow_registration = false

-- Keys of SCRAM instead of passwords, with SHA-1. `password_hash = "SHA-256"` is for a server without accounts: those
-- made before it cannot log in any more.
authentication = "internal_hashed"

-- The default less what 13 has more: it would take tokens of a service that is not here.
disable_sasl_mechanisms = { "DIGEST-MD5", "OAUTHBEARER" }

-- BOSH: http://127.0.0.1:5280/http-bind. Nobody but the app needs to reach it, and its visitors' browsers do not.
http_interfaces = { "127.0.0.1" }
http_ports = { ENV_BOSH_PORT or 5280 }
https_ports = {} -- the default listens on 5281 everywhere
http_default_host = ENV_DOMAIN or "localhost" -- the app asks for 127.0.0.1, which is no host of Prosody
http_cors_override = { bosh = { enabled = false } } -- no web page has to do with it; the default is any page

-- Plain HTTP counts as encrypted: on loopback nobody listens in. Without this Prosody offers no mechanism there. Where
-- others reach the port, remove it and have HTTPS instead, because passwords go over this connection.
consider_bosh_secure = true

-- Whose X-Forwarded-For is believed, and X-Forwarded-Proto, which says whether a connection is encrypted: the app's
-- address, or that of the proxy between. This is the default. Prosody bans nobody, so it matters to its log only.
trusted_proxies = { "127.0.0.1", "::1" }

-- No chat clients and no other servers yet. mod_bosh of Prosody 13 needs mod_c2s, though not its ports.
c2s_ports = {}
c2s_direct_tls_ports = {}
modules_disabled = { "s2s" }

-- The domain is half of everybody's name, and what the strategy has as `domain`.
VirtualHost(ENV_DOMAIN or "localhost")
