#!/usr/bin/env bash
# Checks the Terraform code without an AWS account. TF_PLUGIN_DIR names a directory with the provider. If
# TERRAFORM_REQUIRED is set, a missing Terraform is an error.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v terraform >/dev/null; then
  if [ -n "${TERRAFORM_REQUIRED:-}" ]; then
    echo "infra:test failed: terraform is not installed, and TERRAFORM_REQUIRED is set" >&2
    exit 1
  fi
  echo "infra:test skipped: terraform is not installed" >&2
  exit 0
fi
unset TF_DATA_DIR TF_WORKSPACE
# Uses a local provider mirror instead of downloading. `find` fails for missing or unreadable directories.
mirror="$(find /opt /usr/share /usr/local/share -maxdepth 2 -name registry.terraform.io 2>/dev/null | head -n 1 || true)"
TF_PLUGIN_DIR="${TF_PLUGIN_DIR:-${mirror%/registry.terraform.io}}"
export TF_IN_AUTOMATION=1
terraform fmt -check -diff -recursive .

# Runs in a copy without local state, because Terraform writes files and a deploy needs a clean work tree.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard -- . | tar --null --create --files-from=- | tar --extract --directory="$work"
module="$work/modules/stats-service"
for directory in "$module" "$work"/*/; do
  [ -f "$directory/versions.tf" ] || [ -f "$directory/main.tf" ] || continue
  echo "${directory#"$work/"}"
  terraform -chdir="$directory" init -backend=false -input=false ${TF_PLUGIN_DIR:+-plugin-dir="$TF_PLUGIN_DIR"} >"$work/init.log" ||
    { cat "$work/init.log" >&2; exit 1; }
  # Terraform validates the module with its tests.
  [ "$directory" = "$module" ] || terraform -chdir="$directory" validate
done

# Two halves run concurrently, because a run uses one processor. Most of the time is the start of the provider,
# which is a quarter shorter with fewer garbage collections.
export GOGC=400
tests=("$module"/tests/*.tftest.hcl)
for half in 0 1; do
  filters=()
  for ((i = half; i < ${#tests[@]}; i += 2)); do filters+=("-filter=tests/${tests[i]##*/}"); done
  terraform -chdir="$module" test "${filters[@]}" >"$work/$half.log" 2>&1 &
  runs[half]=$!
done
failed=0
for half in 0 1; do
  wait "${runs[half]}" || failed=1
  cat "$work/$half.log"
done
exit "$failed"
