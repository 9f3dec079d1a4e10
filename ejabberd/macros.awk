# Sets macros of an ejabberd configuration. The first file has lines NAME<tab>VALUE, with VALUE in YAML. The second file is
# the configuration, which is printed with these values. A NAME that is not in its define_macro is an error.

FILENAME == ARGV[1] {
  name = $0
  sub(/\t.*/, "", name)
  value = $0
  sub(/^[^\t]*\t/, "", value)
  values[name] = value
  next
}

/^[^ #]/ { inside = /^define_macro:/; dropping = 0 }

inside && /^ +[^ #]/ {
  match($0, /^ +/)
  depth = RLENGTH
  # Drops the remaining lines of a replaced value.
  if (dropping && depth > dropping) next
  dropping = 0
  name = $1
  gsub(/["':]/, "", name)
  if (name in values) {
    print substr($0, 1, depth) name ": " values[name]
    given[name] = 1
    dropping = depth
    next
  }
}

{ print }

END {
  for (name in values) if (!(name in given)) {
    print name " is not in define_macro" >"/dev/stderr"
    exit 1
  }
}
