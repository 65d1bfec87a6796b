/**
 * Breaks a text into lines between its words. A word that is longer than a line gets one of its own, whole.
 *
 * `('one two three', 7)` → `['one two', 'three']`
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
