import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repositoryFaults, versionFaults } from './version.js';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n## [1.2.3] - 2026-11-22\n\n- Something.\n\n## [1.2.2]\n';

test('`versionFaults` accepts a tag, package.json and changelog with the same version', () => {
  assert.deepEqual(versionFaults('v1.2.3', '1.2.3', CHANGELOG), []);
});

test('`versionFaults` names the versions of the tag, package.json and changelog that differ', () => {
  assert.deepEqual(versionFaults('v1.2.4', '1.2.3', CHANGELOG), [
    'The tag is v1.2.4; package.json has version 1.2.3.',
  ]);
  assert.deepEqual(versionFaults('v1.2.4', '1.2.4', CHANGELOG), [
    'The newest version in CHANGELOG.md is 1.2.3; package.json has 1.2.4.',
  ]);
  assert.equal(versionFaults('', '0.1.0', '# Changelog\n\n## Unreleased\n').length, 2);
});

test('`repositoryFaults` rejects a package that names another repository or none', () => {
  const url = 'git+https://github.com/owner/stats-service.git';
  assert.deepEqual(repositoryFaults(url, 'owner/stats-service'), []);
  assert.deepEqual(repositoryFaults(url, undefined), []);
  assert.equal(repositoryFaults(url, 'owner/other').length, 1);
  assert.equal(repositoryFaults(undefined, 'owner/stats-service').length, 1);
});
