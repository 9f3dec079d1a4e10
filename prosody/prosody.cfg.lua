-- Prosody (0.12 or 13) as the home of your app's accounts, with BOSH on loopback for passport-xmpp-bosh. The file is
-- complete: use it as /etc/prosody/prosody.cfg.lua, or run it with prosody/start. ENV_NAME reads the environment variable
-- NAME.

-- The domain is half of every account's name. The strategy's option `domain` must be the same.
local domain = ENV_DOMAIN or "localhost"

-- Not "debug": that level logs whole BOSH bodies, passwords included. Under systemd the console is the journal.
log = { info = "*console" }

-- Set this to true to let people sign in with an account of any other server. Each account can then write to every other
-- server. README.md lists what federation needs besides: a certificate, DNS, a firewall.
local federation = ENV_FEDERATION == "on"

-- register: users who are logged in may change their password and remove their account. admin_shell: `prosodyctl shell`,
-- through a socket that only Prosody's own user can open. offline: keeps messages for an account while its owner is not
-- connected. Without it, the question to a phone that sleeps would bounce. ping: the clients of people ask whether the
-- server is still there. pep, vcard_legacy: keep the name and the picture that people set in their client, for the app's
-- profile. tombstones: refuses a sign-up with the name of a removed account, whose roles it would get, if the registration is
-- open one day. tls: other servers and chat clients connect with a certificate.
modules_enabled = {
	"saslauth", "roster", "disco", "version", "register", "admin_shell", "bosh", "offline", "ping",
	"pep", "vcard_legacy", "tombstones", federation and "tls" or nil,
}

-- mod_limits is left out, unlike in Debian's own configuration: it slows down each connection. Many visitors share the
-- connections of one app, and the service account asks all of them through one.

-- Prosody does not have a captcha of its own, so bots could use an open registration. Create accounts with
-- prosody/add-user, or with prosodyctl adduser.
allow_registration = false

-- Stores keys of SCRAM-SHA-1 instead of passwords. Set `password_hash = "SHA-256"` only on a server without accounts:
-- existing accounts could no longer log in.
authentication = "internal_hashed"

-- OAUTHBEARER, new in Prosody 13, would accept tokens of a service that is not running here. The rest is the default.
disable_sasl_mechanisms = { "DIGEST-MD5", "OAUTHBEARER" }

-- BOSH: http://127.0.0.1:5280/http-bind. Only the app needs to reach it; its visitors' browsers do not.
http_interfaces = { "127.0.0.1" }
http_ports = { ENV_BOSH_PORT or 5280 }
https_ports = {} -- by default Prosody listens on 5281 on all interfaces
http_default_host = domain -- the app requests 127.0.0.1, which is not a host of Prosody
http_cors_override = { bosh = { enabled = false } } -- web pages do not use BOSH here; by default any page may

-- Treats plain HTTP as encrypted: loopback traffic cannot be overheard on the network. Without this line Prosody does not
-- offer any mechanism over HTTP. If other machines reach the port, remove the line and use HTTPS, because passwords are
-- sent over this connection.
consider_bosh_secure = true

-- Senders whose X-Forwarded-For and X-Forwarded-Proto Prosody believes: the app's address, or that of the proxy in between.
-- (X-Forwarded-Proto says whether a connection is encrypted.) This is the default. It affects the log only, because
-- Prosody does not ban addresses.
trusted_proxies = { "127.0.0.1", "::1" }

-- Chat clients cannot connect yet. mod_bosh of Prosody 13 needs mod_c2s, but not its ports.
c2s_ports = {}
c2s_direct_tls_ports = {}

-- Another server proves its domain by a certificate that this machine trusts. mod_dialback would accept the word of DNS
-- instead, and an attacker who controls DNS could sign in as any account of any other server.
modules_disabled = federation and { "dialback" } or { "s2s", "dialback" }
s2s_require_encryption = true
s2s_secure_auth = true
s2s_ports = { ENV_S2S_PORT or 5269 }
s2s_direct_tls_ports = {}

-- Rooms whose members have a role in the app, such as admins@rooms.localhost. prosody/make-room makes them. By default,
-- whoever joins a room that does not exist makes it and owns it, so a visitor could give himself the role.
Component("rooms." .. domain) "muc"
restrict_room_creation = true

VirtualHost(domain)
