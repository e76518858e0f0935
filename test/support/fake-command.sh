#!/bin/sh
# A fake `aws`, `docker` or `git`. It appends its arguments to `calls` and its stdin to `stdin`, and prints
# the next line of its file in `answers`. The last line repeats. Without a file it prints nothing.
directory=${0%/*}
program=${0##*/}
printf '%s\0' "$program" "$@" >>"$directory/calls"
echo >>"$directory/calls"
cat >>"$directory/stdin"
case $program in
aws) answers="$directory/answers/aws $1 $2" ;;
*) answers="$directory/answers/$program $1" ;;
esac
[ -e "$answers" ] || exit 0
IFS= read -r answer <"$answers"
tail -n +2 "$answers" >"$answers.rest"
if [ -s "$answers.rest" ]; then mv "$answers.rest" "$answers"; fi
if [ "$answer" = FAIL ]; then exit 1; fi
printf '%s\n' "$answer"
