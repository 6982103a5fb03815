/** A step that could not be done, with what a person can do about it. */
export class SetupProblem extends Error {
  /**
   * @param {string} message what went wrong
   * @param {string} remedy what to do by hand
   * @param {string} [output] the end of what the failing command printed
   */
  constructor(message, remedy, output = '') {
    super(message);
    this.name = 'SetupProblem';
    this.remedy = remedy;
    this.output = output;
  }
}
