#!/usr/bin/env escript
%%! -noinput
%% Joins the ejabberd node NODE to the cluster of PEER. This deletes the database of NODE.
-mode(compile).

main([Node, Peer]) ->
    Ejabberd = list_to_atom(Node),
    net_kernel:connect_node(Ejabberd) orelse fail("the new node does not answer"),
    %% One minute, because a large database takes long to copy.
    try erpc:call(Ejabberd, ejabberd_cluster, join, [list_to_atom(Peer)], 60000) of
        ok -> ok;
        {error, Reason} -> fail(io_lib:format("~0p", [Reason]))
    catch
        _:Reason -> fail(io_lib:format("~0p", [Reason]))
    end,
    Nodes = erpc:call(Ejabberd, ejabberd_cluster, get_nodes, [], 10000),
    lists:member(list_to_atom(Peer), Nodes) orelse fail("they do not know each other").

fail(Reason) ->
    io:format(standard_error, "No cluster: ~ts.~n", [Reason]),
    halt(1).
