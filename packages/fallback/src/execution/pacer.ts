/** Decides between two parts of the work whether to go on, to give way or to stop. */
export interface Pacer {
  /** Most multiplications between two looks at the pacer. */
  readonly workLimit: number;
  /** Throws where the work shall stop; returns whether it should give way to the event loop now. */
  check(): boolean;
  giveWay(): Promise<void>;
}
