// The same list as `session_app/domain/text.py`: the server refuses an update that holds any of these.
const LINE_BREAKS = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
const UNWELCOME = new RegExp(
  "[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
    "\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}" +
    "\\p{Surrogate}\\p{Noncharacter_Code_Point}]",
  "gu",
);

/**
 * Text as a paragraph may hold it while it is being written: one line, nothing invisible. Line ends
 * and tabs become a blank; blanks at its ends stay, for the next word is still to come.
 * @param {string} text
 */
export const cleanText = (text) => text.replace(LINE_BREAKS, " ").replace(UNWELCOME, "");
