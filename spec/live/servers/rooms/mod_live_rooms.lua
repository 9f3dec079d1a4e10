-- Rooms for the live specs, over HTTP. JIDs are bare.
--   POST /live_rooms/make     {"room": "...", "affiliations": {"JID": "member", ...}, "persistent": true, "members_only": true,
--                             "whois": "anyone"}
--   POST /live_rooms/grant    {"room": "...", "affiliations": {"JID": "none", ...}}
--   POST /live_rooms/destroy  {"room": "..."}
-- Open to every client that reaches the port: for servers on loopback only.

local json = require "util.json"
local jid = require "util.jid"
local modulemanager = require "core.modulemanager"

local function rooms_of(room)
	return assert(modulemanager.get_module(jid.host(room), "muc"), "no service of rooms")
end

-- Straight into the table, without the announcements: ten thousand of those take minutes.
local function grant(room, affiliations)
	for name, affiliation in pairs(affiliations) do
		room._affiliations[name] = affiliation ~= "none" and affiliation or nil
	end
	assert(room:save(true))
end

local function make(wish)
	local room = assert(rooms_of(wish.room).create_room(wish.room))
	room:set_persistent(wish.persistent)
	room:set_members_only(wish.members_only)
	room:set_whois(wish.whois)
	room:set_public(false)
	grant(room, wish.affiliations)
end

local function of(wish)
	return assert(rooms_of(wish.room).get_room_from_jid(wish.room), "no such room")
end

local function route(act)
	return function(event)
		local ok, reason = pcall(act, json.decode(event.request.body))
		event.response.status_code = ok and 200 or 500
		return ok and "done" or tostring(reason)
	end
end

module:depends("http")
module:provides("http", {
	route = {
		["POST /make"] = route(make),
		["POST /grant"] = route(function(wish) grant(of(wish), wish.affiliations) end),
		["POST /destroy"] = route(function(wish) of(wish):destroy() end),
	},
})
