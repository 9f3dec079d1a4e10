-- The questions of the live specs to a Prosody besides BOSH, over HTTP:
--   GET /live_spec/status      {"version": "...", "bound": n, "bosh": n}, counted in the server's own session tables
--   POST /live_spec/accounts   {"username": "...", "password": "..."}; 201, or 4xx and the reason
--   GET /live_spec/accounts    ["...", ...]: the names of the accounts, as they are stored
--   POST /live_spec/nodeprep/login, /nodeprep/registration, /nameprep
--                              ["...", ...]; an array of the prepared names, false for a refused one
-- Open to every client that reaches the port: for servers on loopback only.

local json = require "util.json"
local stringprep = require "util.encodings".stringprep
local usermanager = require "core.usermanager"

local bosh_sessions = module:shared("/*/bosh/sessions")

local function count(sessions)
	local n = 0
	for _ in pairs(sessions) do n = n + 1 end
	return n
end

local function status()
	return json.encode({ version = prosody.version, bound = count(prosody.full_sessions), bosh = count(bosh_sessions) })
end

-- As in util/sasl/plain.lua and scram.lua: characters unknown to Unicode 3.2 may pass.
local function logged_in(name)
	local prepared = stringprep.saslprep(name)
	return prepared and stringprep.nodeprep(prepared)
end

-- As in mod_register_ibr.lua and util/prosodyctl.lua: they may not.
local function registered(name)
	return stringprep.nodeprep(name, true)
end

local function each_by(prepare)
	return function(event)
		local answers = {}
		for i, name in ipairs(json.decode(event.request.body)) do answers[i] = prepare(name) or false end
		return json.encode_array(answers)
	end
end

local function create_account(event)
	local function answer(status_code, body)
		event.response.status_code = status_code
		return body
	end
	local account = json.decode(event.request.body)
	if type(account) ~= "table" or type(account.username) ~= "string" or type(account.password) ~= "string" then
		return answer(400, "username and password expected")
	end
	local username = registered(account.username)
	if not username or username == "" then
		return answer(400, "not a user name")
	end
	if usermanager.user_exists(username, module.host) then
		return answer(409, "the account exists already")
	end
	local ok, reason = usermanager.create_user(username, account.password, module.host)
	if not ok then
		return answer(500, tostring(reason))
	end
	return answer(201, "created")
end

local function accounts()
	local names = {}
	for name in usermanager.users(module.host) do table.insert(names, name) end
	return json.encode_array(names)
end

module:depends("http")
module:provides("http", {
	route = {
		["GET /status"] = status,
		["GET /accounts"] = accounts,
		["POST /accounts"] = create_account,
		["POST /nodeprep/login"] = each_by(logged_in),
		["POST /nodeprep/registration"] = each_by(registered),
		["POST /nameprep"] = each_by(stringprep.nameprep),
	},
})
