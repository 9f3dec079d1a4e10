#!/usr/bin/env escript
%%! -noinput
%% Creates an account on the ejabberd node NODE. The two lines of stdin are the name and the password.
-mode(compile).

main([Node]) ->
    io:setopts([{encoding, unicode}]),
    Ejabberd = list_to_atom(Node),
    {ok, Input} = read(open_port({fd, 0, 1}, [stream, binary, eof, in]), <<>>),
    [Name, Password] = binary:split(Input, <<"\n">>),
    net_kernel:connect_node(Ejabberd) orelse fail("the server does not answer"),
    Hosts = ask(Ejabberd, ejabberd_option, hosts, []),
    {User, Host} = case binary:split(Name, <<"@">>) of
        [Local] -> {Local, hd(Hosts)};
        [Local, Domain] -> {Local, Domain}
    end,
    lists:member(Host, Hosts) orelse fail(["it serves ", lists:join(", ", Hosts), " only"]),
    Prepared = ask(Ejabberd, jid, nodeprep, [User]),
    is_binary(Prepared) andalso Prepared =/= <<>> orelse fail("that cannot be the name of an account"),
    strong(Ejabberd, Host, Password) orelse fail("the password is weak: make it longer, or of more kinds of characters"),
    case ask(Ejabberd, ejabberd_auth, try_register, [Prepared, Host, Password]) of
        ok -> io:format("~ts@~ts~n", [Prepared, Host]);
        {error, exists} -> fail("there is such an account already");
        {error, invalid_password} -> fail("ejabberd does not take this password: perhaps it has an emoji in it");
        {error, not_allowed} -> fail("its configuration does not let it make accounts");
        {error, Reason} when is_atom(Reason) -> fail(atom_to_list(Reason))
    end.

%% Tells whether the password is as strong as mod_register requires, if that module is loaded.
strong(Ejabberd, Host, Password) ->
    case ask(Ejabberd, gen_mod, is_loaded, [Host, mod_register]) of
        true ->
            Least = ask(Ejabberd, gen_mod, get_module_opt, [Host, mod_register, password_strength]),
            Least == 0 orelse ask(Ejabberd, ejabberd_auth, entropy, [Password]) >= Least;
        false ->
            true
    end.

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
    io:format(standard_error, "No account: ~ts.~n", [Reason]),
    halt(1).
