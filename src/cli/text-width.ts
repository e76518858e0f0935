import { eastAsianWidth } from 'get-east-asian-width';

const PLAIN = /^[ -~]*$/;
const EMOJI = /^\p{RGI_Emoji}$/v;
/** Marks over the letter before them, joiners and other characters without a place of their own. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\p{Default_Ignorable_Code_Point}]/v;
const graphemes = new Intl.Segmenter();

/** Returns the columns that text takes in a terminal: two for each ideograph or emoji, none for a combining mark. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOfGrapheme(segment);
  return columns;
}

/** Cuts text to a number of columns, of which the last is the ellipsis, between two graphemes. */
export function cutTo(text: string, columns: number, ellipsis: string): string {
  let kept = '';
  let free = columns - ellipsis.length;
  for (const { segment } of graphemes.segment(text)) {
    free -= widthOfGrapheme(segment);
    if (free < 0) break;
    kept += segment;
  }
  return kept + ellipsis;
}

function widthOfGrapheme(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  let columns = 0;
  // Composed, because the parts of a Hangul syllable would count as several characters.
  for (const character of grapheme.normalize('NFC')) {
    if (!ZERO_WIDTH.test(character)) columns += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return columns;
}
