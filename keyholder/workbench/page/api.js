/** Asks the workbench's own server on this machine, and nobody else. */

/** Its `code` is stable; its message says what to do. */
export class Refused extends Error {
  /**
   * @param {string} code such as "locked"
   * @param {string} message for the person
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const GONE = "The workbench has ended. Start it again with `keyholder workbench`.";

/**
 * @param {string} token from the address's fragment
 * @param {() => void} onGone called once when the server is gone or no longer knows us
 */
export function createApi(token, onGone) {
  let gone = false;

  /**
   * @param {string} path
   * @param {RequestInit} options
   * @returns {Promise<Response>}
   */
  async function ask(path, options) {
    let answer;
    try {
      answer = await fetch(path, {
        ...options,
        headers: { ...options.headers, Authorization: `Bearer ${token}` },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      leave();
      throw new Refused("gone", GONE);
    }
    if (answer.status === 403) {
      leave();
      throw new Refused("gone", GONE);
    }
    if (!answer.ok) {
      const body = await answer.json();
      throw new Refused(body.code ?? "failed", body.title ?? "That did not work.");
    }
    return answer;
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   * @returns {Promise<any>}
   */
  async function askJson(path, options) {
    return (await ask(path, options)).json();
  }

  function leave() {
    if (gone) return;
    gone = true;
    onGone();
  }

  return {
    /**
     * @param {string} path such as "/api/reports"
     * @param {Record<string, string | number | undefined>} [query] empty ones are left out
     * @param {AbortSignal} [signal]
     */
    get(path, query = {}, signal) {
      const given = Object.entries(query).filter(
        ([, value]) => value !== undefined && value !== "",
      );
      const written = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
      const address = given.length > 0 ? `${path}?${written}` : path;
      return askJson(address, signal ? { signal } : {});
    },
    /**
     * @param {string} path such as "/api/pictures/5a1ed42a00112233/1"
     * @param {AbortSignal} signal
     * @returns {Promise<ArrayBuffer>}
     */
    async getBytes(path, signal) {
      return (await ask(path, { signal })).arrayBuffer();
    },
    /**
     * @param {string} path
     * @param {unknown} [body]
     */
    post(path, body = {}) {
      return askJson(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    },
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
