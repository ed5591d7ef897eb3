import { runVectors } from "../vectors/run.js";

const FOLDER = new URL("../../../spec/vectors/", import.meta.url);

/**
 * @returns {Promise<string[]>} the names of all vectors, from the test server's listing of their folder
 */
async function listFiles() {
  const listing = await (await fetch(FOLDER)).text();
  const page = new DOMParser().parseFromString(listing, "text/html");
  const links = [...page.querySelectorAll("a")].map((link) => link.getAttribute("href") ?? "");
  return links.filter((name) => name.endsWith(".txt")).sort();
}

export const tests = {
  async "every file of spec/vectors"() {
    const names = await listFiles();
    /** @type {[string, string][]} */
    const files = [];
    for (const name of names) {
      const response = await fetch(new URL(name, FOLDER));
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      files.push([name, await response.text()]);
    }
    const { count, failed } = await runVectors(files);
    if (Object.keys(failed).length > 0) throw new Error(JSON.stringify(failed));
    return `vectors: ${count}`;
  },
};
