import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutTo, widthOf } from '../../src/cli/text-width.js';

test('The width of text is the columns that terminals use for it', () => {
  for (const [text, width] of [
    ['', 0],
    ['Ann', 3],
    ['é', 1],
    ['e\u0301', 1],
    [`e${'\u0301'.repeat(255)}`, 1],
    ['田中', 4],
    ['ｶﾅ', 2],
    ['한글', 4],
    ['한글'.normalize('NFD'), 4],
    ['ไทย', 3],
    ['กำ', 2],
    ['नि', 2],
    ['עברית', 5],
    ['a\u200bb\ufeff', 2],
    ['😀', 2],
    ['❤️', 2],
    ['👩‍👩‍👧', 2],
    ['🇫🇷', 2],
    ['👍🏽', 2],
    ['█▏▁–…', 5],
  ] as const) {
    assert.equal(widthOf(text), width, JSON.stringify(text));
  }
});

test('Text is cut between graphemes, to no more than the columns', () => {
  assert.equal(cutTo('Introduction', 6, '…'), 'Intro…');
  assert.equal(cutTo('田中太郎', 6, '…'), '田中…');
  assert.equal(cutTo('👩‍👩‍👧👩‍👩‍👧', 3, '~'), '👩‍👩‍👧~');
  assert.equal(cutTo('e\u0301e\u0301e\u0301', 2, '…'), 'e\u0301…');
});
