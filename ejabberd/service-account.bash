# Creates the account that asks visitors to confirm a sign-in. add-service-account in ejabberd/ and prosody/ source this file
# and call service_account with their arguments. They define these functions:
#
#   is_running DIR            fails if the server of DIR does not run
#   create DIR NAME           creates an account with the password on stdin; the reason contains "already exists" if it exists
#   change_password DIR NAME  sets the password on stdin
#   advise DIR NAME           prints what the configuration lacks
#
#   DIR/service-account-NAME  the password, for the owner of DIR alone
default_account=login

service_account() {
  local renew='' dir name file old='' password said
  if [ "${1-}" = --new-password ]; then
    renew=yes
    shift
  fi
  dir=${1:-$default_dir} name=${2:-$default_account}
  # The name becomes part of the name of a file.
  [ $# -le 2 ] && [[ $dir != -* && $name =~ ^[a-z0-9][a-z0-9._-]*$ ]] || fail "usage: $0 [--new-password] [DIR [NAME]]"
  dir=$(cd "$dir" 2>/dev/null && pwd -P) && is_running "$dir" || fail "no server runs in ${1:-$default_dir}: $here/start"

  umask 077
  hold "$dir"
  file=$dir/service-account-$name
  [ ! -e "$file" ] || old=$(cat "$file")
  password=${XMPP_CONFIRM_PASSWORD:-$old}
  [ -n "$password" ] && [ -z "$renew" ] || password=$(random_hex 24)

  # The file comes first: after a crash between the two steps, the next run creates the account with this password. An
  # account that has no such file belongs to a visitor.
  [ -n "$old" ] || write_secret "$file" "$password"
  if said=$(create "$dir" "$name" <<<"$password" 2>&1); then
    :
  elif [[ $said == *'already exists'* && -n $old ]]; then
    [ "$password" = "$old" ] || said=$(change_password "$dir" "$name" <<<"$password" 2>&1) || fail "$said"
  else
    [ -n "$old" ] || rm "$file"
    fail "$said"
  fi
  [ "$password" = "$old" ] || write_secret "$file" "$password"
  advise "$dir" "$name" >&2
  printf 'XMPP_CONFIRM_USERNAME=%s\nXMPP_CONFIRM_PASSWORD_FILE=%s\n' "$name" "$file"
}
