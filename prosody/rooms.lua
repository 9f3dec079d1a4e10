-- Carries out a command for the room of a role inside the Prosody that runs, as ejabberd/rooms.bash describes it.
-- prosody/instance.bash lets the server load this file, by `prosodyctl shell`, and call it. Returns true and "done", or nil
-- and a message.

local print, domain, command, name, lines = ...

local PIECE_BYTES = 4000

local prep = require "util.jid".prep
local to_ascii = require "util.encodings".idna.to_ascii
domain = prep(domain) or domain
local service = "rooms." .. domain
local address = name .. "@" .. service
local muc = (prosody.hosts[service] or { modules = {} }).modules.muc
if not muc and command == "newcomer" then return true, "done" end
if not muc then return nil, "its configuration has no component " .. service end

local output = {}
local function say(text, ...) output[#output + 1] = "say " .. text:format(...) end
local function put(text, ...) output[#output + 1] = "put " .. text:format(...) end

-- Returns a JID with the domain as xn--. The app takes it and the domain in its own letters for the same.
local function ascii(jid)
	local user, host = jid:match("^([^@]+)@(.*)$")
	return user and user .. "@" .. (to_ascii(host) or host) or jid
end

-- Returns the prepared bare JID of a name or a JID, which may be of another server, or nil. An account of this server is
-- called as the server calls it.
local function bare(text)
	local jid = prep(text:find("@", 1, true) and text or text .. "@" .. domain)
	local user = jid and not jid:find("/", 1, true) and jid:match("^([^@]+)@")
	if not user then return nil end
	local own = user .. "@" .. domain
	return ascii(jid) == ascii(own) and own or jid
end

-- Returns false for an account of this server that does not exist. Others cannot be looked up.
local function has_account(jid)
	local user, host = ascii(jid):match("^([^@]+)@(.*)$")
	return host ~= (to_ascii(domain) or domain) or prosody.hosts[domain].users.user_exists(user) == true
end

-- Returns the JIDs of the lines. If accounts have to exist, one that does not is an error: a visitor could sign up with a
-- name that was misspelt.
local function jids_of(texts, must_exist)
	local jids = {}
	for _, text in ipairs(texts) do
		local jid = bare(text)
		if not jid then return nil, "that is not the address of an account: " .. text end
		if must_exist and not has_account(jid) then return nil, "there is no account " .. jid end
		jids[#jids + 1] = jid
	end
	return jids
end

-- Returns the sorted JIDs of one of a room's lists.
local function listed(room, affiliation)
	local jids = {}
	for jid in room:each_affiliation(affiliation) do jids[#jids + 1] = jid end
	table.sort(jids)
	return jids
end

-- Returns the entries of a JID, in all spellings of its domain, with their affiliations.
local function entries_of(room, jid)
	local entries, wanted = {}, ascii(jid)
	for each, affiliation in room:each_affiliation() do
		if ascii(each) == wanted then entries[each] = affiliation end
	end
	return entries
end

-- Makes a JID a member, unless it is more already. Returns what it is.
local function grant(room, jid)
	local affiliation = room:get_affiliation(jid)
	if affiliation == "owner" or affiliation == "admin" then return "an " .. affiliation end
	room:set_affiliation(true, jid, "member")
	return "a member"
end

local room = muc.get_room_from_jid(address)
if room and room._data.destroyed then
	-- Prosody keeps the name of a destroyed room for a month.
	if command == "make-room" then muc.delete_room(room) muc.forget_room(room) end
	room = nil
end

local commands = {}

commands["make-room"] = function ()
	if muc.module:get_option("restrict_room_creation") ~= true then
		return nil, "accounts can make rooms at " .. service .. ", and own them: set restrict_room_creation to true"
	end
	local words = { ["room-owner"] = {}, owner = {}, member = {} }
	for _, line in ipairs(lines) do
		local kind, text = line:match("^(%S+) (.*)$")
		table.insert(words[kind], text)
	end
	local owners, problem = jids_of(words.owner, true)
	if not owners then return nil, problem end
	local accounts, fault = jids_of(words.member)
	if not accounts then return nil, fault end
	for _, name_of_owner in ipairs(words["room-owner"]) do owners[#owners + 1] = name_of_owner .. "@" .. service end

	room = room or muc.create_room(address, { persistent = true, members_only = true, whois = "anyone", hidden = true })
	if not room then return nil, "Prosody did not make the room" end
	room:set_persistent(true)
	room:set_members_only(true)
	room:set_allow_member_invites(false)
	room:set_whois("anyone")
	room:set_public(false)
	room:set_password(nil)
	local owns = {}
	for _, jid in ipairs(owners) do
		owns[jid] = true
		room:set_affiliation(true, jid, "owner")
	end
	for _, jid in ipairs(listed(room, "owner")) do
		if not owns[jid] then
			room:set_affiliation(true, jid, "none")
			say("%s does not own %s any more.", jid, address)
		end
	end
	for _, jid in ipairs(accounts) do if has_account(jid) then grant(room, jid) end end
	room:save(true)

	local mine, roles = table.concat(listed(room, "owner"), ","), {}
	for each in muc.all_rooms() do
		local role = each.jid:match("^(.*)@")
		if not each._data.destroyed then
			roles[#roles + 1] = role .. "=" .. each.jid
			if table.concat(listed(each, "owner"), ",") ~= mine then
				say("%s has other owners, and the app takes one list for all rooms: make-room %s with the same owners.", each.jid, role)
			end
		end
	end
	table.sort(roles)
	put("XMPP_ROLES=%s", table.concat(roles, ","))
	put("XMPP_ROLE_OWNERS=%s", mine)
end

function commands.grant()
	local jids, problem = jids_of(lines, true)
	if not jids then return nil, problem end
	for _, jid in ipairs(jids) do put("%s is %s of %s", jid, grant(room, jid), address) end
	room:save(true)
end

function commands.revoke()
	local jids, problem = jids_of(lines)
	if not jids then return nil, problem end
	local found = {}
	for _, jid in ipairs(jids) do
		local entries = entries_of(room, jid)
		if not next(entries) then return nil, jid .. " has no role in " .. address end
		for each, affiliation in pairs(entries) do
			if affiliation == "owner" then
				return nil, each .. " owns " .. address .. ": make-room without it takes that away"
			end
			found[#found + 1] = each
		end
	end
	for _, jid in ipairs(found) do
		room:set_affiliation(true, jid, "none")
		put("%s has no role in %s any more", jid, address)
	end
	room:save(true)
end

-- Takes the roles of a deleted account, before another one gets its name.
function commands.newcomer()
	local jids, problem = jids_of(lines)
	if not jids then return nil, problem end
	local jid = jids[1]
	if has_account(jid) then return end
	for each in muc.all_rooms() do
		for entry, affiliation in pairs(entries_of(each, jid)) do
			if affiliation ~= "outcast" then
				each:set_affiliation(true, entry, "none")
				each:save(true)
				say("A deleted account %s was %s of %s. The new one is not.", entry, affiliation, each.jid)
			end
		end
	end
end

function commands.list()
	for _, affiliation in ipairs { "owner", "admin", "member", "outcast" } do
		for _, jid in ipairs(listed(room, affiliation)) do
			put("%s %s", affiliation, jid)
			if affiliation ~= "outcast" and not has_account(jid) then
				say("%s has no account: whoever gets that name has the role. Revoke it.", jid)
			end
		end
	end
end

if not room and command ~= "make-room" and command ~= "newcomer" then
	return nil, "there is no room " .. address .. ": make-room " .. name
end
local _, problem = commands[command]()
if problem then return nil, problem end
-- In pieces: Prosody 13 ends the connection of the shell at a text of 10,000 bytes.
local piece = {}
local size = 0
for n, line in ipairs(output) do
	piece[#piece + 1] = line
	size = size + #line + 1
	if size > PIECE_BYTES or n == #output then
		print(table.concat(piece, "\n"))
		piece, size = {}, 0
	end
end
return true, "done"
