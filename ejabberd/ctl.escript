#!/usr/bin/env escript
%%! -noinput
%% Carries out COMMAND on the ejabberd node NODE. The two lines of stdin are a name or an address, and a password. Both are
%% empty where the command does not need them. For a room they are its name, and the lines that rooms.bash describes.

main([Node, Command]) ->
    [io:setopts(Device, [{encoding, unicode}]) || Device <- [standard_io, standard_error]],
    Ejabberd = list_to_atom(Node),
    {ok, Input} = read(open_port({fd, 0, 1}, [stream, binary, eof, in]), <<>>),
    [Operand, Password] = binary:split(Input, <<"\n">>),
    net_kernel:connect_node(Ejabberd) orelse fail("the server does not answer"),
    command(Command, Ejabberd, Operand, Password).

command("status", Ejabberd, _, _) ->
    Version = ask(Ejabberd, ejabberd_option, version, []),
    {Running, _} = ask(Ejabberd, erlang, statistics, [wall_clock]),
    io:format("ejabberd ~ts runs for ~ts~n", [Version, duration(Running div 1000)]),
    lists:foreach(
        fun(Host) ->
            Accounts = ask(Ejabberd, ejabberd_auth, count_users, [Host]),
            Sessions = ask(Ejabberd, ejabberd_sm, get_vh_session_number, [Host]),
            io:format("~ts: accounts: ~b, sessions: ~b~n", [Host, Accounts, Sessions])
        end,
        ask(Ejabberd, ejabberd_option, hosts, [])),
    io:format("banned addresses: ~b~n", [length(bans(Ejabberd))]),
    case ask(Ejabberd, ejabberd_cluster, get_nodes, []) of
        [_] -> ok;
        Nodes -> io:format("nodes: ~ts~n", [lists:join(", ", lists:sort([atom_to_list(Each) || Each <- Nodes]))])
    end;
command("users", Ejabberd, _, _) ->
    Users = lists:sort([{Host, User} || {User, Host} <- ask(Ejabberd, ejabberd_auth, get_users, [])]),
    lists:foreach(fun({Host, User}) -> io:format("~ts@~ts~n", [User, Host]) end, Users);
command("add", Ejabberd, Name, Password) ->
    {User, Host} = account(Ejabberd, Name),
    require_strong(Ejabberd, Host, Password),
    stored(ask(Ejabberd, ejabberd_auth, try_register, [User, Host, Password])),
    keep(Ejabberd),
    io:format("~ts@~ts~n", [User, Host]);
command("password", Ejabberd, Name, Password) ->
    {User, Host} = existing(Ejabberd, Name),
    require_strong(Ejabberd, Host, Password),
    stored(ask(Ejabberd, ejabberd_auth, set_password, [User, Host, Password])),
    keep(Ejabberd),
    %% A session of the old password may be the reason for the new one.
    Ended = ask(Ejabberd, ejabberd_sm, kick_user, [User, Host]),
    io:format("~ts@~ts has a new password, ended sessions: ~b~n", [User, Host, Ended]);
command("remove", Ejabberd, Name, _) ->
    {User, Host} = existing(Ejabberd, Name),
    stored(ask(Ejabberd, ejabberd_auth, remove_user, [User, Host])),
    keep(Ejabberd),
    io:format("~ts@~ts is deleted~n", [User, Host]);
command("bans", Ejabberd, _, _) ->
    lists:foreach(
        fun({Address, Failures, Until}) ->
            Time = calendar:system_time_to_rfc3339(Until div 1000, [{offset, "Z"}]),
            io:format("~ts until ~ts, wrong passwords: ~b~n", [inet:ntoa(Address), Time, Failures])
        end,
        lists:sort(bans(Ejabberd)));
command("unban", Ejabberd, <<>>, _) ->
    Ended = length(bans(Ejabberd)),
    has_bans(Ejabberd) andalso ask(Ejabberd, ets, delete_all_objects, [failed_auth]),
    io:format("ended bans: ~b~n", [Ended]);
command("unban", Ejabberd, Address, _) ->
    ask(Ejabberd, misc, parse_ip_mask, [Address]) =/= error orelse fail("that is not an address"),
    Before = length(bans(Ejabberd)),
    has_bans(Ejabberd) andalso ask(Ejabberd, mod_fail2ban, unban, [Address]),
    io:format("ended bans: ~b~n", [Before - length(bans(Ejabberd))]);
command("make-room", Ejabberd, Name, Lines) ->
    {Host, Service} = service(Ejabberd),
    ask(Ejabberd, gen_mod, get_module_opt, [Host, mod_muc, access_create]) =:= none orelse
        fail(["accounts can make rooms at ", Service, ", and own them: set access_create of mod_muc to none"]),
    Words = [binary:split(Line, <<" ">>) || Line <- lines(Lines)],
    Owners = [{Local, Service} || [<<"room-owner">>, Local] <- Words] ++
        [present(Ejabberd, address(Ejabberd, Text)) || [<<"owner">>, Text] <- Words],
    Accounts = [address(Ejabberd, Text) || [<<"member">>, Text] <- Words],
    Room = {Name, Service},
    Flags = [{<<"persistent">>, <<"true">>}, {<<"members_only">>, <<"true">>}, {<<"anonymous">>, <<"false">>},
        {<<"public">>, <<"false">>}, {<<"public_list">>, <<"false">>}, {<<"allow_user_invites">>, <<"false">>},
        {<<"password_protected">>, <<"false">>}, {<<"captcha_protected">>, <<"false">>}],
    is_room(Ejabberd, Host, Room) orelse
        stored(ask(Ejabberd, mod_muc_admin, create_room_with_opts, [Name, Service, Host, Flags])),
    [stored(ask(Ejabberd, mod_muc_admin, change_room_option, [Name, Service, Option, Value])) || {Option, Value} <- Flags],
    Before = affiliations(Ejabberd, Room),
    [affiliate(Ejabberd, Room, Jid, owner) || Jid <- Owners],
    [begin
        affiliate(Ejabberd, Room, Jid, none),
        say("~ts does not own ~ts any more.", [text(Jid), text(Room)])
    end || {owner, Jid} <- Before, not lists:member(Jid, Owners)],
    [grant(Ejabberd, Room, Jid) || Jid <- Accounts, has_account(Ejabberd, Jid)],
    keep(Ejabberd),
    print_rooms(Ejabberd, Room);
command("grant", Ejabberd, Name, Lines) ->
    Room = existing_room(Ejabberd, Name),
    %% A misspelt name stops it before anything has changed.
    Jids = [present(Ejabberd, address(Ejabberd, Line)) || Line <- lines(Lines)],
    [io:format("~ts is ~ts of ~ts~n", [text(Jid), word(grant(Ejabberd, Room, Jid)), text(Room)]) || Jid <- Jids],
    keep(Ejabberd);
command("revoke", Ejabberd, Name, Lines) ->
    Room = existing_room(Ejabberd, Name),
    Before = affiliations(Ejabberd, Room),
    Jids = lists:append([spellings(Before, Room, address(Ejabberd, Line)) || Line <- lines(Lines)]),
    [fail([text(Jid), " owns ", text(Room), ": make-room without it takes that away"]) ||
        Jid <- Jids, lists:member({owner, Jid}, Before)],
    [begin
        affiliate(Ejabberd, Room, Jid, none),
        io:format("~ts has no role in ~ts any more~n", [text(Jid), text(Room)])
    end || Jid <- Jids],
    keep(Ejabberd);
command("list", Ejabberd, Name, _) ->
    Room = {_, Service} = existing_room(Ejabberd, Name),
    Listed = [{Affiliation, Jid} || Wanted <- [owner, admin, member, outcast],
        {Affiliation, Jid} <- lists:sort(affiliations(Ejabberd, Room)), Affiliation =:= Wanted],
    [io:format("~ts ~ts~n", [Affiliation, text(Jid)]) || {Affiliation, Jid} <- Listed],
    [say("~ts has no account: whoever gets that name has the role. Revoke it.", [text(Jid)]) ||
        {Affiliation, Jid = {_, Domain}} <- Listed,
        Affiliation =/= outcast, Domain =/= Service, not has_account(Ejabberd, Jid)].

lines(Text) -> binary:split(Text, <<"\n">>, [global, trim_all]).

%% Returns the first domain and its service of rooms.
service(Ejabberd) ->
    Host = hd(ask(Ejabberd, ejabberd_option, hosts, [])),
    ask(Ejabberd, gen_mod, is_loaded, [Host, mod_muc]) orelse fail("its configuration has no mod_muc"),
    {Host, hd(ask(Ejabberd, gen_mod, get_module_opt_hosts, [Host, mod_muc]))}.

is_room(Ejabberd, Host, {Name, Service}) ->
    case ask(Ejabberd, mod_muc, unhibernate_room, [Host, Service, Name]) of
        {ok, _} -> true;
        _ -> false
    end.

existing_room(Ejabberd, Name) ->
    {Host, Service} = service(Ejabberd),
    Room = {Name, Service},
    is_room(Ejabberd, Host, Room) orelse fail(["there is no room ", text(Room), ": make-room ", Name]),
    Room.

affiliations(Ejabberd, {Name, Service}) ->
    [{Affiliation, {User, Domain}} ||
        {User, Domain, Affiliation, _} <- ask(Ejabberd, mod_muc_admin, get_room_affiliations, [Name, Service])].

affiliate(Ejabberd, {Name, Service}, Jid, Affiliation) ->
    stored(ask(Ejabberd, mod_muc_admin, set_room_affiliation, [Name, Service, text(Jid), atom_to_binary(Affiliation)])).

%% Makes JID a member, unless it is more already. Returns what it is.
grant(Ejabberd, Room, Jid) ->
    case lists:keyfind(Jid, 2, affiliations(Ejabberd, Room)) of
        {Affiliation, _} when Affiliation =:= owner; Affiliation =:= admin ->
            Affiliation;
        _ ->
            affiliate(Ejabberd, Room, Jid, member),
            member
    end.

%% Returns the entries of a list that are JID. The app takes a domain in its own letters and as xn-- for the same.
spellings(Listed, Room, Jid) ->
    Wanted = ascii(Jid),
    Found = [Each || {_, Each} <- Listed, ascii(Each) =:= Wanted],
    Found =/= [] orelse fail([text(Jid), " has no role in ", text(Room)]),
    Found.

%% Returns a JID with a domain of this server as the server spells it, and any other JID as it is.
own(Ejabberd, Jid = {User, _}) ->
    Own = [{User, Host} || Host <- ask(Ejabberd, ejabberd_option, hosts, []), ascii({User, Host}) =:= ascii(Jid)],
    hd(Own ++ [Jid]).

ascii({User, Domain}) ->
    try {User, list_to_binary(idna:encode(unicode:characters_to_list(Domain)))}
    catch _:_ -> {User, Domain}
    end.

%% Returns the localpart and the domain of a name or a JID, both prepared. The domain may be that of another server.
address(Ejabberd, Text) ->
    Whole = case binary:match(Text, <<"@">>) of
        nomatch -> <<Text/binary, "@", (hd(ask(Ejabberd, ejabberd_option, hosts, [])))/binary>>;
        _ -> Text
    end,
    case prepared(Ejabberd, Whole) of
        {User, Domain, <<>>} when User =/= <<>> -> own(Ejabberd, {User, Domain});
        _ -> fail(["that is not the address of an account: ", Text])
    end.

prepared(Ejabberd, Jid) ->
    try erpc:call(Ejabberd, jid, tolower, [erpc:call(Ejabberd, jid, decode, [Jid], 10000)], 10000)
    catch _:_ -> error
    end.

%% Requires that an account of this server exists: a visitor could sign up with a name that was misspelt.
present(Ejabberd, Jid) ->
    has_account(Ejabberd, Jid) orelse fail(["there is no account ", text(Jid)]),
    Jid.

%% Tells false for an account of this server that does not exist. Others cannot be looked up.
has_account(Ejabberd, Jid) ->
    {User, Domain} = own(Ejabberd, Jid),
    not lists:member(Domain, ask(Ejabberd, ejabberd_option, hosts, [])) orelse
        ask(Ejabberd, ejabberd_auth, user_exists, [User, Domain]) =:= true.

%% Prints the variables of the app: all rooms of the service, and the owners of one of them.
print_rooms(Ejabberd, Room = {_, Service}) ->
    Rooms = lists:sort([{Name, Service} || {Name, _, _} <- ask(Ejabberd, mod_muc, get_online_rooms, [Service])]),
    OwnersOf = fun(Each) -> lists:sort([text(Jid) || {owner, Jid} <- affiliations(Ejabberd, Each)]) end,
    Owners = OwnersOf(Room),
    io:format("XMPP_ROLES=~ts~n", [lists:join($,, [[Name, $=, text(Each)] || Each = {Name, _} <- Rooms])]),
    io:format("XMPP_ROLE_OWNERS=~ts~n", [lists:join($,, Owners)]),
    [say("~ts has other owners, and the app takes one list for all rooms: make-room ~ts with the same owners.",
        [text(Each), Name]) || Each = {Name, _} <- Rooms, OwnersOf(Each) =/= Owners].

text({<<>>, Domain}) -> Domain;
text({User, Domain}) -> <<User/binary, "@", Domain/binary>>.

word(owner) -> "an owner";
word(admin) -> "an admin";
word(member) -> "a member".

say(Format, Words) -> io:format(standard_error, Format ++ "~n", Words).

%% Returns the localpart, prepared, and the domain of NAME.
account(Ejabberd, Name) ->
    Hosts = ask(Ejabberd, ejabberd_option, hosts, []),
    {User, Host} = case binary:split(Name, <<"@">>) of
        [Local] -> {Local, hd(Hosts)};
        [Local, Domain] -> {Local, Domain}
    end,
    lists:member(Host, Hosts) orelse fail(["it serves ", lists:join(", ", Hosts), " only"]),
    Prepared = ask(Ejabberd, jid, nodeprep, [User]),
    is_binary(Prepared) andalso Prepared =/= <<>> orelse fail("that cannot be the name of an account"),
    {Prepared, Host}.

existing(Ejabberd, Name) ->
    {User, Host} = account(Ejabberd, Name),
    ask(Ejabberd, ejabberd_auth, user_exists, [User, Host]) =:= true orelse fail("there is no such account"),
    {User, Host}.

%% Requires the strength that mod_register requires, if that module is loaded.
require_strong(Ejabberd, Host, Password) ->
    Strong = case ask(Ejabberd, gen_mod, is_loaded, [Host, mod_register]) of
        true ->
            Least = ask(Ejabberd, gen_mod, get_module_opt, [Host, mod_register, password_strength]),
            Least == 0 orelse ask(Ejabberd, ejabberd_auth, entropy, [Password]) >= Least;
        false ->
            true
    end,
    Strong orelse fail("the password is weak: make it longer, or of more kinds of characters").

%% Writes the change to the disk. Mnesia keeps the last seconds in memory: after a crash the old password would work again.
keep(Ejabberd) -> ask(Ejabberd, mnesia, sync_log, []).

stored(ok) -> ok;
stored({error, exists}) -> fail("there is such an account already");
stored({error, invalid_password}) -> fail("ejabberd does not take this password: perhaps it has an emoji in it");
stored({error, not_allowed}) -> fail("its configuration does not allow that");
stored({error, Reason}) when is_atom(Reason) -> fail(atom_to_list(Reason));
stored(_) -> fail("the server did not say why").

%% Returns the banned addresses of this node, each with its wrong passwords and the end of the ban in ms. mod_fail2ban keeps
%% them in a table, in which addresses with fewer wrong passwords stand as well.
bans(Ejabberd) ->
    case has_bans(Ejabberd) of
        true ->
            Now = ask(Ejabberd, erlang, system_time, [millisecond]),
            [{Address, Failures, Until} ||
                {Address, Failures, Until, Limit} <- ask(Ejabberd, ets, tab2list, [failed_auth]),
                Failures >= Limit,
                Until > Now];
        false ->
            []
    end.

has_bans(Ejabberd) -> ask(Ejabberd, ets, whereis, [failed_auth]) =/= undefined.

duration(Seconds) when Seconds < 120 -> io_lib:format("~b s", [Seconds]);
duration(Seconds) when Seconds < 7200 -> io_lib:format("~b min", [Seconds div 60]);
duration(Seconds) when Seconds < 172800 -> io_lib:format("~b h", [Seconds div 3600]);
duration(Seconds) -> io_lib:format("~b days", [Seconds div 86400]).

%% Hides the reason of a failed call, because it would contain the arguments and so the password.
ask(Node, Module, Function, Args) ->
    try erpc:call(Node, Module, Function, Args, 10000)
    catch _:_ -> fail(["the server failed in ", atom_to_list(Function)])
    end.

read(Port, Read) ->
    receive
        {Port, {data, Data}} -> read(Port, <<Read/binary, Data/binary>>);
        {Port, eof} -> {ok, Read}
    end.

fail(Reason) ->
    io:format(standard_error, "Not done: ~ts.~n", [Reason]),
    halt(1).
