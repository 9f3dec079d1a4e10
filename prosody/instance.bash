# One Prosody that belongs to one directory: what start, stop and add-user know of it. To be sourced.
#
#   DIR/instance.cfg.lua  what Prosody is started with: the configuration, and what differs from it in this directory
#   DIR/settings          what the configuration has from its environment
#   DIR/data              the accounts
#   DIR/console           the log
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../ejabberd/daemon.bash"

default_dir=$here/data

# Exports DOMAIN and BOSH_PORT as the server of DIR has them.
export_settings() {
  local setting
  export DOMAIN=localhost BOSH_PORT=5280
  while IFS= read -r setting; do export "${setting?}"; done <"$1/settings"
}
