#!/usr/bin/env escript
%%! -noinput
%% Prepares names by ejabberd's own jid:nodeprep/1 or jid:nameprep/1: in on stdin, out on stdout, one a line in
%% base64, "-" for a refused name.
-mode(compile).

main([Function]) ->
    {ok, _} = application:ensure_all_started(stringprep),
    {module, jid} = code:ensure_loaded(jid),
    % The descriptors themselves: Erlang's own standard input takes a line at a time.
    Port = open_port({fd, 0, 1}, [stream, binary, eof]),
    Names = binary:split(read(Port, []), <<"\n">>, [global, trim]),
    port_command(Port, [[answer(list_to_existing_atom(Function), base64:decode(Name)), $\n] || Name <- Names]),
    port_close(Port).

read(Port, Read) ->
    receive
        {Port, {data, Data}} -> read(Port, [Read, Data]);
        {Port, eof} -> iolist_to_binary(Read)
    end.

answer(Function, Name) ->
    case jid:Function(Name) of
        error -> "-";
        Prepared -> base64:encode(Prepared)
    end.
