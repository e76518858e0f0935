#!/usr/bin/env bash
# What can be said of the Terraform code without an AWS account. TF_PLUGIN_DIR may name a folder with the provider, and with
# TERRAFORM_REQUIRED a machine without Terraform is a failure.
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
# Where there is a mirror of providers on the disk, nothing is downloaded. A folder that is missing or may not be read is none.
mirror="$(find /opt /usr/share /usr/local/share -maxdepth 2 -name registry.terraform.io 2>/dev/null | head -n 1 || true)"
TF_PLUGIN_DIR="${TF_PLUGIN_DIR:-${mirror%/registry.terraform.io}}"
export TF_IN_AUTOMATION=1
terraform fmt -check -diff -recursive .

# In a copy, without local state and settings: terraform leaves files beside the code, and a
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
