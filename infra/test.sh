#!/usr/bin/env bash
# What can be said of the Terraform code without an AWS account. TF_PLUGIN_DIR may name a folder with the provider.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v terraform >/dev/null; then
  echo "infra:test skipped: terraform is not installed" >&2
  exit 0
fi
unset TF_DATA_DIR TF_WORKSPACE
# Where there is a mirror of providers on the disk, nothing is downloaded.
mirror="$(find /opt /usr/share /usr/local/share -maxdepth 2 -name registry.terraform.io 2>/dev/null | head -n 1)"
TF_PLUGIN_DIR="${TF_PLUGIN_DIR:-${mirror%/registry.terraform.io}}"
export TF_IN_AUTOMATION=1
terraform fmt -check -diff -recursive .

# In a copy, without the state and the settings of whoever works here: terraform leaves files beside the code, and a
# deploy wants a clean work tree.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard -- . | tar --null --create --files-from=- | tar --extract --directory="$work"
for folder in "$work"/modules/stats-service "$work"/*/; do
  [ -f "$folder/versions.tf" ] || [ -f "$folder/main.tf" ] || continue
  echo "${folder#"$work/"}"
  terraform -chdir="$folder" init -backend=false -input=false ${TF_PLUGIN_DIR:+-plugin-dir="$TF_PLUGIN_DIR"} >"$work/init.log" ||
    { cat "$work/init.log" >&2; exit 1; }
  terraform -chdir="$folder" validate
done
terraform -chdir="$work/modules/stats-service" test
