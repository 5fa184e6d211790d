// The part of a case's story that has the most of the words searched for, with these words marked.

const LENGTH = 30; // words
const BEFORE = 5; // words before the first match
const BOUND = "⁂"; // stands before and after the story in the indexed text

// Null if the words are only in the title, the facts or the hidden synonyms.
export function excerptOf(content, places) {
  const words = content.split(/\s+/u);
  const [first, last] = [words.indexOf(BOUND) + 1, words.lastIndexOf(BOUND)];
  const inside = [...new Set(places)].filter((place) => place >= first && place < last).sort((a, b) => a - b);
  if (inside.length === 0) return null;
  const density = (start) => inside.filter((place) => place >= start && place < start + LENGTH - BEFORE).length;
  const best = inside.reduce((a, b) => (density(b) > density(a) ? b : a));
  const start = Math.max(first, best - BEFORE);
  const shown = words.slice(start, Math.min(start + LENGTH, last)).flatMap((word, n) => {
    if (!inside.includes(start + n)) return [word, " "];
    const mark = document.createElement("mark");
    mark.textContent = word;
    return [mark, " "];
  });
  return [...(start > first ? ["… "] : []), ...shown, ...(start + LENGTH < last ? ["…"] : [])];
}
