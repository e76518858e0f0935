#!/bin/sh
# Stands in for `aws`, `docker` and `git` beside its folder of answers: keeps each call and answers as the test has
# laid down. A shell, since a deploy calls it dozens of times and Node takes long to start.
set -eu
folder=${0%/*}
program=${0##*/}
key="$program${1+ $1}${2+ $2}"

read -r number <"$folder/calls/count"
number=$((number + 1))
echo "$number" >"$folder/calls/count"
printf '%s\0' "$program" "$@" >"$folder/calls/$number.args"
cat >"$folder/calls/$number.stdin"

while IFS='	' read -r known place; do
  [ "$known" = "$key" ] || continue
  answers="$folder/answers/$place"
  read -r next <"$answers/next"
  # The last answer is given from then on.
  if [ -e "$answers/$((next + 1))" ]; then echo "$((next + 1))" >"$answers/next"; fi
  cat "$answers/$next"
  read -r code <"$answers/$next.code"
  exit "$code"
done <"$folder/answers/keys"
# A command that the test does not know is one too many.
exit 99
