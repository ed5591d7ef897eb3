/** Files that the person takes out of the app: the browser's own downloads. */

/** How long the browser may take to begin reading. */
const HELD_MILLISECONDS = 60_000;

/**
 * @param {Blob} file
 * @param {string} name which says nothing of what is in it
 */
export function saveFile(file, name) {
  const href = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), HELD_MILLISECONDS);
}
