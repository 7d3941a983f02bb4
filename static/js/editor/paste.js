/**
 * What several pasted paragraphs become: kinds and texts, their typed labels stripped.
 *
 * The grammar of a label, and what makes a label continue a list, is that of
 * session_app/domain/labels.py; tests/data/import/labels.json holds the cases both are tested with.
 */

import { cleanText } from "./clean.js";

/** @typedef {"heading"|"item"|"sub-item"|"continuation"} Kind */
/** @typedef {{kind: Kind, label: string|null, text: string}} Pasted */
/** @typedef {{printed: string, mark: string, readings: [string, number][]}} Label */
/** @typedef {{family: string, mark: string, value: number}} List */

const BULLET = /^[-–—•·▪*\uf0b7][\s\u00a0]*/u;
const NUMBER = String.raw`\d{1,3}(?!\d)|[A-Za-z]{1,8}(?![A-Za-z])`;
const LABEL = new RegExp(
  String.raw`^(?:\((?<inner>${NUMBER})\)|(?<number>${NUMBER})(?<mark>\.-|\.\)|\)|\.?[º°]\.?|\.))`,
);
const PATH = /^(?<prefix>\d{1,3}(?:\.\d{1,3}){0,2})\.(?<number>\d{1,3})(?<mark>[.)]?)(?=\s|$)/;
const ROMAN = /^(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})$/;
const ROMAN_VALUE = /** @type {Record<string, number>} */ ({ i: 1, v: 5, x: 10 });
const BULLETS = "bullet";
/** Lists within lists that are told apart. */
const DEEPEST = 6;
/** A text whose longest line is no longer was broken into lines by a program, not by its author. */
const WIDEST_WRAPPED = 120;

/**
 * What looks like a label at the beginning of a line, and the rest of the line.
 * A line with a bullet and no label gives the bullet as label.
 * @param {string} line
 * @returns {[Label|null, string]}
 */
export function splitLabel(line) {
  line = line.trim();
  const bullet = BULLET.exec(line)?.[0] ?? "";
  const rest = line.slice(bullet.length);
  const path = PATH.exec(rest);
  if (path?.groups) {
    const { prefix, number, mark } = path.groups;
    const label = { printed: path[0], mark, readings: reading(`path ${prefix}`, Number(number)) };
    return [label, rest.slice(path[0].length).trim()];
  }
  const found = LABEL.exec(rest);
  if (found?.groups) {
    const number = found.groups.inner ?? found.groups.number;
    const mark = found.groups.mark ?? "()";
    const text = rest.slice(found[0].length);
    const readings = readingsOf(number);
    if (readings.length && gapFollows(number, mark, text)) {
      return [{ printed: found[0], mark, readings }, text.trim()];
    }
  }
  if (bullet && (/\s$/.test(bullet) || !rest)) {
    return [{ printed: bullet.trim(), mark: "", readings: reading(BULLETS, 1) }, rest];
  }
  return [null, line];
}

/**
 * The paragraphs of a pasted text. One without labels and blank lines is one paragraph.
 *
 * @param {string} text as the clipboard gives it as plain text
 * @param {boolean} [insideItem] whether the place of insertion is in an item, so that a paste that
 *   begins with "a)" continues it with sub-items
 * @returns {Pasted[]}
 */
export function readPaste(text, insideItem = false) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n").map(oneLine);
  const wrapped = Math.max(...lines.map((line) => line.length)) <= WIDEST_WRAPPED;
  const split = lines.map(splitLabel);
  const lists = new Lists(split.map(([label]) => label), insideItem);
  /** @type {Pasted[]} */
  const paragraphs = [];
  let blank = true;
  lines.forEach((line, index) => {
    if (!line) {
      blank = true;
      return;
    }
    const last = paragraphs.at(-1);
    const [label, rest] = split[index];
    const depth = label && lists.place(index, label);
    if (label && typeof depth === "number") {
      paragraphs.push({ kind: depth ? "sub-item" : "item", label: label.printed, text: rest });
    } else if (last && (!last.text || (wrapped && !blank))) {
      last.text = `${last.text} ${line}`.trim();
    } else if (!last) {
      paragraphs.push({ kind: insideItem ? "continuation" : "item", label: null, text: line });
    } else {
      const labelled = paragraphs.some((each) => each.label !== null);
      paragraphs.push({ kind: labelled ? "continuation" : last.kind, label: null, text: line });
    }
    blank = false;
  });
  return paragraphs;
}

/**
 * Text as one paragraph takes it: tabs and line ends, Word's own included, become a blank.
 * @param {string} text
 */
export const oneLine = (text) => cleanText(text).replace(/ {2,}/g, " ").trim();

/**
 * @param {string} family
 * @param {number} value
 * @returns {[string, number][]}
 */
function reading(family, value) {
  return [[family, value]];
}

/** @param {string} number @param {string} mark @param {string} text */
function gapFollows(number, mark, text) {
  if (!text || [")", "()", ".-", ".)"].includes(mark)) return true;
  if (mark === ".") return /^\s/.test(text) || (/^\d+$/.test(number) && /^\p{L}/u.test(text));
  return /^\s/.test(text) && !text.trimStart().startsWith("de ");
}

/** @param {string} number @returns {[string, number][]} */
function readingsOf(number) {
  if (/^\d+$/.test(number)) return Number(number) ? reading("decimal", Number(number)) : [];
  const small = number.toLowerCase();
  if (number !== small && number !== number.toUpperCase()) return [];
  const prefix = number === small ? "" : "capital ";
  /** @type {[string, number][]} */
  const readings = [];
  if (small.length <= 2 && new Set(small).size === 1) {
    readings.push([`${prefix}letter`, 26 * (small.length - 1) + small.charCodeAt(0) - 96]);
  }
  if (ROMAN.test(small)) {
    const values = [...small].map((each) => ROMAN_VALUE[each]);
    const total = values.reduce((sum, a, i) => sum + (a < (values[i + 1] ?? 0) ? -a : a), 0);
    readings.push([`${prefix}roman`, total]);
  }
  return readings;
}

/** The lists running at one point of the paste, outermost first. */
class Lists {
  /** @param {(Label|null)[]} labels @param {boolean} insideItem */
  constructor(labels, insideItem) {
    /** @type {List[]} */
    this.running = [];
    this.goesOn = successions(labels);
    const first = labels.find((label) => label);
    const outer = labels.find((label) => label?.readings[0]?.[0] === "decimal");
    if (first && /^(letter|roman)$/.test(first.readings[0][0]) && (insideItem || outer)) {
      // "c) … d) … 17. …": the list of items goes on around the sub-items it begins with.
      const [family, value] = first.readings[0];
      const before = outer ? outer.readings[0][1] - 1 : 0;
      this.running.push({ family: "decimal", mark: outer?.mark ?? ".", value: before });
      this.running.push({ family, mark: first.mark, value: value - 1 });
    }
  }

  /**
   * The depth of a label; null if it is text.
   * @param {number} index
   * @param {Label} label
   */
  place(index, label) {
    const depth = this.continued(label) ?? this.opened(index, label);
    if (depth !== null) return depth;
    for (const { at, list, family, value } of this.candidates(label)) {
      const jumps = value > list.value + 1 && this.goesOn.has(`${index} ${family}`);
      if (list.family === family && list.mark === label.mark && jumps) {
        return this.take(at, label, family, value);
      }
    }
    return null;
  }

  /** @param {Label} label */
  candidates(label) {
    return this.running
      .flatMap((list, at) => label.readings.map(([family, value]) => ({ at, list, family, value })))
      .reverse();
  }

  /** @param {Label} label */
  continued(label) {
    const fitting = this.candidates(label)
      .filter(({ list, family }) => list.family === family)
      .filter(({ list, family, value }) => family === BULLETS || value === list.value + 1);
    const best = fitting.find(({ list }) => list.mark === label.mark) ?? fitting[0];
    return best ? this.take(best.at, label, best.family, best.value) : null;
  }

  /** @param {number} index @param {Label} label */
  opened(index, label) {
    for (const [family, value] of [...label.readings].sort((a, b) => a[1] - b[1])) {
      const runs = this.running.some((list) => list.family === family && list.mark === label.mark);
      const initial = family.startsWith("capital") && label.mark === ".";
      if (runs || (initial && !this.goesOn.has(`${index} ${family}`))) continue;
      if (family.startsWith("path") && !this.isUnder(family)) continue;
      if (value !== 1 && (this.running.length || (family !== "decimal" && label.mark === "."))) {
        continue;
      }
      this.running.length = Math.min(this.running.length, DEEPEST - 1);
      this.running.push({ family, mark: label.mark, value });
      return this.running.length - 1;
    }
    return null;
  }

  /**
   * Whether a path's prefix is the number the list above it has reached.
   * @param {string} family
   */
  isUnder(family) {
    const above = Number(family.split(" ")[1].split(".").at(-1));
    const last = this.running.at(-1);
    return !last || last.value === above;
  }

  /** @param {number} depth @param {Label} label @param {string} family @param {number} value */
  take(depth, label, family, value) {
    this.running.length = depth + 1;
    this.running[depth] = { family, mark: label.mark, value };
    return depth;
  }
}

/**
 * Which label (by its index and family) is followed by the next one of its own kind.
 * @param {(Label|null)[]} labels
 */
function successions(labels) {
  const found = new Set();
  const following = new Map();
  labels.map((label, index) => ({ label, index })).reverse().forEach(({ label, index }) => {
    for (const [family, value] of label?.readings ?? []) {
      if (following.get(`${family} ${label?.mark}`) === value + 1) found.add(`${index} ${family}`);
    }
    for (const [family, value] of label?.readings ?? []) {
      following.set(`${family} ${label?.mark}`, value);
    }
  });
  return found;
}
