# One ejabberd that belongs to one directory: what start, stop and add-user know of it. To be sourced.
#
#   DIR/ejabberd.yml    the configuration it was started with
#   DIR/log, DIR/spool  its log and its database, the accounts
#   DIR/dist_port       where its Erlang distribution listens, on loopback
#   DIR/address         at which address, once it is a node of a cluster
#   DIR/.erlang.cookie  who may talk to it there: who can read this file
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/daemon.bash"

default_dir=$here/data

# The address of DIR's node. The database belongs to the node name, so that is the same for all: a copy of DIR is a copy of
# the server. Without epmd nobody finds a node by its name, only by its port, which all of a cluster share: there the
# addresses differ.
address_of() { cat "$1/address" 2>/dev/null || echo 127.0.0.1; }

# An address, and no name has to be looked up.
node_of() { echo "ejabberd@$(address_of "$1")"; }

# Runs SCRIPT as somebody who may talk to the server of DIR.
escript_for() {
  local dir=$1
  shift
  # HOME is where the cookie is.
  env -u XDG_CONFIG_HOME HOME="$dir" ERL_FLAGS="-name script$$@127.0.0.1 -hidden -dist_listen false -start_epmd false \
    -erl_epmd_port $(cat "$dir/dist_port")" "$(dirname "$ERL")/escript" "$@"
}

# Sets ERL and ERL_LIBS: where the distribution keeps Erlang and the server's code. ejabberdctl itself is of no use here:
# as root it becomes the user ejabberd, to anybody else it says no.
find_erlang() {
  local ejabberdctl
  ejabberdctl=$(PATH=$PATH:/usr/sbin command -v ejabberdctl) || return 1
  . <(grep -E '^(ERL|ERL_LIBS)=' "$ejabberdctl")
  ERL=${ERL:-erl}
  export ERL_LIBS
}

# What NAME is in define_macro of the configuration FILE, if it is one word.
macro() {
  awk -v name="$2" '
    /^[^ #]/ { inside = /^define_macro:/ }
    inside && $1 == name ":" { gsub(/"/, "", $2); print $2; exit }
  ' "$1"
}
