/** Every error of this library: a stable code, the same as the service's and the specifications'. */
export class HeliographError extends Error {
  /**
   * @param {string} code such as "keyring-rollback"; never anything that came in
   * @param {ErrorOptions} [options]
   */
  constructor(code, options) {
    super(code, options);
    this.name = "HeliographError";
    /** @readonly */
    this.code = code;
  }
}
