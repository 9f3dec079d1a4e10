#!/usr/bin/env escript
%%! -noinput
%% Prints the characters of the captcha that the ejabberd node NODE drew last.
main([Name]) ->
    Node = list_to_atom(Name),
    true = net_kernel:connect_node(Node),
    %% The record: captcha, id, pid, key, tref, args. The timer of the newest has the longest time left.
    Captchas = erpc:call(Node, ets, tab2list, [captcha], 10000),
    Left = [{erpc:call(Node, erlang, read_timer, [element(5, C)], 10000), element(4, C)} || C <- Captchas],
    {_, Text} = lists:max([{Ms, Text} || {Ms, Text} <- Left, is_integer(Ms)]),
    io:format("~ts~n", [Text]).
