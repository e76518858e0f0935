import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { runCommand, type CommandLine } from './support/cli.js';
import { TestDirectory } from './support/directory.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TESTS = join(ROOT, 'infra/modules/stats-service/tests');
const SCRIPT: CommandLine = ['/bin/bash', join(ROOT, 'infra/test.sh')];

const directory = await TestDirectory.create(tmpdir());
after(() => directory[Symbol.asyncDispose]());

test('`infra/test.sh` without Terraform is skipped, or fails if Terraform is required', async () => {
  symlinkSync('/usr/bin/dirname', join(directory.path, 'dirname'));
  const skipped = await runCommand(SCRIPT, { env: { PATH: directory.path } });
  assert.equal(skipped.code, 0, skipped.stderr);
  assert.match(skipped.stderr, /^infra:test skipped: terraform is not installed\n$/);

  const failed = await runCommand(SCRIPT, { env: { PATH: directory.path, TERRAFORM_REQUIRED: '1' } });
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /^infra:test failed: terraform is not installed/);
});

test('`infra/test.sh` runs every test even if the search for providers fails, and fails if one fails', async () => {
  const calls = join(directory.path, 'calls');
  place('find', 'exit 1');
  place('terraform', `echo "$*" >> ${calls}`);
  const path = [directory.path, process.env['PATH']].join(delimiter);
  const run = () => runCommand(SCRIPT, { env: { ...process.env, PATH: path, TF_PLUGIN_DIR: '' } });
  const { code, stderr } = await run();
  assert.equal(code, 0, stderr);
  const tested = readFileSync(calls, 'utf8').match(/(?<=-filter=tests\/)\S+/g);
  assert.deepEqual(
    tested?.toSorted(),
    readdirSync(TESTS).filter((name) => name.endsWith('.tftest.hcl')),
  );

  for (const file of tested) {
    place('terraform', `[[ $* != *${file}* ]]`);
    assert.equal((await run()).code, 1, file);
  }
});

test('An environment must be named, and Terraform never destroys its database key', () => {
  assert.match(readEnvironment('variables.tf'), /^variable "environment" \{\n {2}type = string\n\}/m);
  assert.match(readEnvironment('terraform.tfvars.example'), /^environment +=/m);
  const key = /^resource "aws_kms_key" "database" \{$.*?^\}$/ms.exec(readEnvironment('database-key.tf'))?.[0];
  assert.match(key ?? '', /^ {4}prevent_destroy = true$/m);
  assert.match(readEnvironment('main.tf'), /^ +database_kms_key_arn += aws_kms_key\.database\.arn$/m);
});

function place(program: string, script: string): void {
  const file = join(directory.path, program);
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o755);
}

function readEnvironment(file: string): string {
  return readFileSync(join(ROOT, 'infra/prod', file), 'utf8');
}
