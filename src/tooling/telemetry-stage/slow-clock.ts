/** A module that an application loads before all others, OpenTelemetry included: its clock is then so many milliseconds slow. */
export function slowClock(milliseconds: number): string {
  return `const RealDate = Date;
const now = () => RealDate.now() - ${milliseconds};
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now() {
    return now();
  }
};
const origin = performance.timeOrigin - ${milliseconds};
Object.defineProperty(performance, 'timeOrigin', { value: origin });
`;
}
