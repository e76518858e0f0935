#!/usr/bin/env bash
# What can be said of the Terraform code without an AWS account. TF_PLUGIN_DIR may name a folder with the provider.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v terraform >/dev/null; then
  echo "infra:test skipped: terraform is not installed" >&2
  exit 0
fi
terraform fmt -check -diff -recursive .
# In a copy: terraform leaves a lock file and links beside the code, and a deploy wants a clean work tree.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp -R modules prod "$work"
# Neither a state nor settings of the machine.
export TF_IN_AUTOMATION=1
unset TF_DATA_DIR TF_WORKSPACE
for folder in modules/stats-service prod; do
  echo "$folder"
  terraform -chdir="$work/$folder" init -backend=false -input=false ${TF_PLUGIN_DIR:+-plugin-dir="$TF_PLUGIN_DIR"} >"$work/init.log" ||
    { cat "$work/init.log" >&2; exit 1; }
  terraform -chdir="$work/$folder" validate
done
terraform -chdir="$work/modules/stats-service" test
