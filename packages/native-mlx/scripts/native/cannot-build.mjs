/** The addon cannot be built here, for a reason that is no defect of this package. */
export class CannotBuild extends Error {
  /**
   * @param {string} reason what is missing, without a full stop
   * @param {string} remedy what to do about it, in sentences
   */
  constructor(reason, remedy) {
    super(reason);
    this.remedy = remedy;
  }
}
