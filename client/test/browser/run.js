/** Runs one module of tests (`?module=bytes.js`, relative to this folder) and writes what came of it. */

const name = new URLSearchParams(location.search).get("module") ?? "";
/** @type {{ passed: string[], failed: Record<string, string>, printed: string[] }} */
const result = { passed: [], failed: {}, printed: [] };
try {
  const { tests } = await import(`./${name}`);
  for (const [title, run] of Object.entries(tests)) {
    try {
      const printed = await run();
      result.passed.push(title);
      if (printed !== undefined) result.printed.push(String(printed));
    } catch (error) {
      result.failed[title] = String(/** @type {Error} */ (error).stack ?? error);
    }
  }
} catch (error) {
  result.failed[name] = String(/** @type {Error} */ (error).stack ?? error);
}
const place = document.getElementById("result");
if (place) place.textContent = JSON.stringify(result);
document.title = "Done";
